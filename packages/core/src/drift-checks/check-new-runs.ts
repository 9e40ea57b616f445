import { z } from "zod";
import { loadSql, type Database } from "../db/index.ts";
import { HairlineError } from "../errors.ts";
import { imageFilter, listCertificates, type ImageSelection } from "../policies/index.ts";
import { resolveScope } from "../readings/scope.ts";
import { checkDrift } from "./check-drift.ts";
import { policyInForce } from "./policy-in-force.ts";

const names = z.array(z.string().min(1)).min(1);

/** What a schedule's drift task is given. */
export const DRIFT_SETTINGS = z.strictObject({
  dataset: z.string().min(1),
  /** Null: the only model that scored the dataset. */
  model: z.string().min(1).nullable().default(null),
  /** What runs are compared with. */
  reference: z.union([
    /** The images a certificate was tested on. */
    z.strictObject({ certificate: z.int().min(1) }),
    z.strictObject({ dataset: z.string().min(1).optional(), splits: names, bodyParts: names.optional() }),
  ]),
  /** Runs of fewer images are not compared: too few to tell. */
  leastImages: z.int().min(2).default(100),
  /** End the certificates that an alarm speaks against. */
  expire: z.boolean().default(false),
});
export type DriftSettings = z.infer<typeof DRIFT_SETTINGS>;

/** Runs checked at a firing; older ones follow at the next. */
const MOST = 20;

export interface NewRunsChecked {
  readonly checked: number;
  readonly alarms: number;
  readonly expired: number;
  /** Runs whose predictions other runs have overwritten since. */
  readonly gone: number;
}

async function referenceOf(database: Database, settings: DriftSettings): Promise<ImageSelection> {
  const { reference } = settings;
  if ("splits" in reference) {
    const { dataset = settings.dataset, splits, bodyParts } = reference;
    return { dataset, filter: { splits, ...(bodyParts === undefined ? {} : { bodyParts }) } };
  }
  const found = (await listCertificates(database)).find(({ id }) => id === reference.certificate);
  if (found !== undefined) return { dataset: found.dataset, filter: imageFilter(found) };
  throw new HairlineError("CERTIFICATE_NOT_FOUND", `There is no certificate ${reference.certificate}.`, {
    field: "reference",
  });
}

/**
 * Checks each run that ended since the last time. A run is checked once, so doing it again changes nothing.
 *
 * @throws HairlineError CERTIFICATE_NOT_FOUND; DATASET_NOT_FOUND, MODEL_NOT_FOUND, NO_PREDICTIONS for the reference
 */
export async function checkNewRuns(
  database: Database,
  settings: DriftSettings,
  signal: AbortSignal,
): Promise<NewRunsChecked> {
  const reference = await referenceOf(database, settings);
  const { dataset } = settings;
  const scope = await resolveScope({ database, dataset, model: settings.model ?? undefined });
  const policy = await policyInForce(database, { dataset, model: scope.model });
  const { rows } = await database.pool.query<{ run_id: string }>(loadSql("drift-unchecked-runs"), [
    scope.datasetId,
    scope.modelId,
    settings.leastImages,
    MOST,
  ]);
  const tally = { checked: 0, alarms: 0, expired: 0, gone: 0 };
  for (const { run_id: runId } of rows) {
    signal.throwIfAborted();
    if (!(await hasPredictions(database, scope.modelId, runId))) {
      tally.gone += 1;
      continue;
    }
    const current = { dataset, filter: { runId } };
    const request = { database, reference, current, model: scope.model, policy, expire: settings.expire };
    const { alarm, expired } = await checkDrift({ ...request, author: "schedule" });
    tally.checked += 1;
    tally.alarms += alarm ? 1 : 0;
    tally.expired += expired.length;
  }
  return tally;
}

async function hasPredictions({ pool }: Database, modelId: number, runId: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    "select from prediction where model_id = $1::int and run_id = $2::uuid limit 1",
    [modelId, runId],
  );
  return rowCount === 1;
}
