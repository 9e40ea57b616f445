import type pg from "pg";
import { HairlineError } from "../errors.ts";
import { parseFilter, type LabelSource } from "../facts/index.ts";
import type { Level } from "../policies/index.ts";
import type { StudyRule } from "../pooling/index.ts";
import type { ReadingScope, SweepSource } from "../readings/index.ts";
import type { ResolvedSpec } from "./sweep-spec.ts";

export const SWEEP_STATES = ["queued", "running", "completed", "failed", "cancelled"] as const;
export type SweepState = (typeof SWEEP_STATES)[number];

/** A sweep as stored, without its counts. */
export interface StoredSweep extends ResolvedSpec {
  readonly sweepId: string;
  readonly scope: ReadingScope;
  /** `name@version` of the calibrator whose scale p_low is on; null on the raw scale. */
  readonly calibrator: string | null;
  readonly state: SweepState;
  /** What follows is null until the sweep is completed. */
  readonly factsVersion: number | null;
  readonly source: SweepSource | null;
  readonly positives: number | null;
  readonly negatives: number | null;
  readonly unlabelled: number | null;
  /** Also null when a class is absent. */
  readonly rocAuc: number | null;
  readonly elapsedMs: number | null;
  /** Of a failed sweep. */
  readonly errorCode: string | null;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

const COLUMNS = `
  sweep.id, sweep.dataset_id, sweep.model_id, dataset.name as dataset, model.name as model, model.alphas, level,
  study_rule, label_source, calibrator_id, calibrator.name || '@' || calibrator.version as calibrator, p_low, entropy_max, area_max, alpha, filter, state, facts_version, source,
  sweep.positives, negatives, unlabelled, roc_auc, elapsed_ms, error_code, sweep.created_at, finished_at
  from sweep join dataset on dataset.id = sweep.dataset_id join model on model.id = sweep.model_id
  left join calibrator on calibrator.id = calibrator_id`;

interface SweepTuple {
  readonly id: string;
  readonly dataset_id: number;
  readonly model_id: number;
  readonly dataset: string;
  readonly model: string;
  readonly alphas: number[];
  readonly level: Level;
  readonly study_rule: StudyRule | null;
  readonly label_source: LabelSource;
  readonly calibrator_id: number | null;
  readonly calibrator: string | null;
  readonly p_low: number[];
  readonly entropy_max: (number | null)[];
  readonly area_max: (number | null)[];
  readonly alpha: number[];
  readonly filter: Record<string, unknown>;
  readonly state: SweepState;
  readonly facts_version: number | null;
  readonly source: SweepSource | null;
  readonly positives: number | null;
  readonly negatives: number | null;
  readonly unlabelled: number | null;
  readonly roc_auc: number | null;
  readonly elapsed_ms: number | null;
  readonly error_code: string | null;
  readonly created_at: Date;
  readonly finished_at: Date | null;
}

function storedSweep(row: SweepTuple): StoredSweep {
  const { dataset_id: datasetId, model_id: modelId, dataset, model, alphas } = row;
  return {
    sweepId: row.id,
    scope: { datasetId, dataset, modelId, model, alphas },
    datasetId,
    modelId,
    level: row.level,
    studyRule: row.study_rule,
    labelSource: row.label_source,
    calibratorId: row.calibrator_id,
    calibrator: row.calibrator,
    grid: { pLow: row.p_low, entropyMax: row.entropy_max, areaMax: row.area_max, alpha: row.alpha },
    filter: parseFilter(row.filter),
    state: row.state,
    factsVersion: row.facts_version,
    source: row.source,
    positives: row.positives,
    negatives: row.negatives,
    unlabelled: row.unlabelled,
    rocAuc: row.roc_auc,
    elapsedMs: row.elapsed_ms,
    errorCode: row.error_code,
    createdAt: row.created_at,
    finishedAt: row.finished_at,
  };
}

/** @throws HairlineError SWEEP_NOT_FOUND */
export async function readSweepRow(client: pg.ClientBase | pg.Pool, sweepId: string): Promise<StoredSweep> {
  const { rows } = await client.query<SweepTuple>(`select ${COLUMNS} where sweep.id::text = $1`, [sweepId]);
  if (rows[0] !== undefined) return storedSweep(rows[0]);
  throw new HairlineError("SWEEP_NOT_FOUND", `No sweep has the id ${sweepId}.`, {
    field: "sweep",
    remedy: "List them with `hairline sweeps`.",
  });
}

/** The latest sweeps, newest first. */
export async function listSweeps(client: pg.ClientBase | pg.Pool, limit = 50): Promise<StoredSweep[]> {
  const { rows } = await client.query<SweepTuple>(
    `select ${COLUMNS} order by sweep.created_at desc, sweep.id limit $1`,
    [limit],
  );
  return rows.map(storedSweep);
}
