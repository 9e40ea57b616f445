import { parseCalibrator, type Calibrator } from "../calibration/index.ts";
import type { Database } from "../db/index.ts";
import { HairlineError } from "../errors.ts";
import { withNextVersion } from "./next-version.ts";
import { formatReference, parseReference } from "./reference.ts";
import type { StoredFilter } from "./selection.ts";

/** Proper scores and calibration error of probabilities; null where undefined. */
export interface CalibrationMetrics {
  /** Equal-mass expected calibration error, in [0, 1]. */
  readonly ece: number | null;
  readonly brier: number | null;
  /** In nats. */
  readonly nll: number | null;
}

/** A calibrator to store. */
export interface NewCalibrator extends StoredFilter {
  readonly name: string;
  readonly modelId: number;
  readonly calibrator: Calibrator;
  /** The archive it was fit on. */
  readonly dataset: string;
  /** Labelled images it was fit on, and the fractures among them. */
  readonly images: number;
  readonly positives: number;
  /** On the images it was fit on. */
  readonly metrics: { readonly before: CalibrationMetrics; readonly after: CalibrationMetrics };
  readonly fingerprint: string;
  readonly author: string | null;
  readonly note: string | null;
}

/** A stored calibrator; never changed. */
export interface StoredCalibrator extends NewCalibrator {
  readonly id: number;
  readonly version: number;
  readonly model: string;
  readonly createdAt: Date;
}

const COLUMNS = `
  calibrator.id, calibrator.name, calibrator.version, calibrator.model_id as "modelId", model.name as model,
  params as calibrator, dataset, splits, body_parts as "bodyParts", conditions, images, positives, metrics, fingerprint, author,
  note, calibrator.created_at as "createdAt"`;

/** Stores a calibrator as the next version of its name. */
export async function storeCalibrator(database: Database, given: NewCalibrator): Promise<StoredCalibrator> {
  const id = await withNextVersion(
    database,
    { table: "calibrator", name: given.name },
    async (client, version) => {
      const { rows } = await client.query<{ id: number }>(
        `insert into calibrator (name, version, model_id, params, dataset, splits, body_parts, images, positives,
                                 metrics, fingerprint, author, note, conditions)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) returning id`,
        [
          given.name,
          version,
          given.modelId,
          JSON.stringify(given.calibrator),
          given.dataset,
          given.splits,
          given.bodyParts,
          given.images,
          given.positives,
          JSON.stringify(given.metrics),
          given.fingerprint,
          given.author,
          given.note,
          JSON.stringify(given.conditions ?? {}),
        ],
      );
      return rows[0]?.id;
    },
  );
  const [stored] = await readCalibrators(database, "where calibrator.id = $1", [id]);
  if (stored === undefined) throw new HairlineError("INTERNAL", "The calibrator was not stored.");
  return stored;
}

async function readCalibrators(
  database: Database,
  condition: string,
  params: readonly unknown[],
): Promise<StoredCalibrator[]> {
  const { rows } = await database.pool.query<Omit<StoredCalibrator, "calibrator"> & { calibrator: unknown }>(
    `select ${COLUMNS} from calibrator join model on model.id = model_id ${condition}
     order by calibrator.name, version desc`,
    [...params],
  );
  return rows.map((row) => ({ ...row, calibrator: parseCalibrator(row.calibrator) }));
}

/** All calibrators by name, the latest version of each first. */
export function listCalibrators(database: Database): Promise<StoredCalibrator[]> {
  return readCalibrators(database, "", []);
}

/**
 * The calibrator written as `name` (its latest version) or `name@version`.
 *
 * @throws HairlineError CALIBRATOR_NOT_FOUND; BAD_ARGUMENT for the text; CALIBRATOR_INVALID
 */
export async function findCalibrator(database: Database, text: string): Promise<StoredCalibrator> {
  const { name, version } = parseReference("calibrator", text);
  const found = await readCalibrators(
    database,
    "where calibrator.name = $1 and ($2::int is null or version = $2::int)",
    [name, version ?? null],
  );
  if (found[0] !== undefined) return found[0];
  throw new HairlineError("CALIBRATOR_NOT_FOUND", `No calibrator is ${text}.`, {
    field: "calibrator",
    remedy: "Fit it with `hairline calibrate`.",
  });
}

/** The calibrator of a policy. */
export async function calibratorById(database: Database, id: number): Promise<StoredCalibrator> {
  const [found] = await readCalibrators(database, "where calibrator.id = $1", [id]);
  if (found !== undefined) return found;
  throw new HairlineError("CALIBRATOR_NOT_FOUND", `No calibrator has the id ${id}.`);
}

/** @throws HairlineError BAD_ARGUMENT when a calibrator is used on another model's scores than it was fit on */
export function requireModel(calibrator: StoredCalibrator, modelId: number): StoredCalibrator {
  if (calibrator.modelId === modelId) return calibrator;
  throw new HairlineError(
    "BAD_ARGUMENT",
    `The calibrator ${formatReference(calibrator)} is of the model ${calibrator.model}.`,
    { field: "calibrator", remedy: "Use a calibrator that was fit on this model's scores." },
  );
}
