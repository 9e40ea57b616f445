import { loadSql, type Database } from "../db/index.ts";
import { HairlineError } from "../errors.ts";
import type { RunPriority } from "./priority.ts";

export type RunState = "planning" | "running" | "completed" | "failed" | "cancelled";

export interface RunProgress {
  readonly runId: string;
  readonly state: RunState;
  readonly datasetId: number;
  readonly modelId: number;
  /** Images this run has to score; 0 until it is planned. */
  readonly planned: number;
  /** Images of the dataset that this model had scored before the run. */
  readonly alreadyScored: number;
  /** Images that were in quarantine before the run and that it leaves there. */
  readonly alreadyQuarantined: number;
  readonly scored: number;
  readonly quarantined: number;
  /** Planned images that were deleted before they were scored. */
  readonly deleted: number;
  /** Planned images left when the run was cancelled; 0 in every other state. */
  readonly notScored: number;
  readonly priority: RunPriority;
  /** Set while the run is paused: no shard of it is started. */
  readonly pausedAt: Date | null;
  /** The uploaded study the run scores; null for a run of a dataset. */
  readonly studyId: number | null;
  readonly shards: number;
  readonly shardsDone: number;
  readonly errorCode: string | null;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

interface ProgressRow {
  id: string;
  state: RunState;
  dataset_id: number;
  model_id: number;
  planned: number;
  already_scored: number;
  already_quarantined: number;
  not_scored: number;
  priority: RunPriority;
  paused_at: Date | null;
  study_id: number | null;
  error_code: string | null;
  started_at: Date | null;
  finished_at: Date | null;
  shards: number;
  shards_done: number;
  scored: number;
  quarantined: number;
  deleted: number;
}

/** @throws HairlineError RUN_NOT_FOUND */
export async function readRunProgress(database: Database, runId: string): Promise<RunProgress> {
  const { rows } = await database.pool.query<ProgressRow>(loadSql("run-progress"), [runId]);
  const row = rows[0];
  if (row === undefined)
    throw new HairlineError("RUN_NOT_FOUND", `No run has the id ${runId}.`, { field: "run" });
  return {
    runId: row.id,
    state: row.state,
    datasetId: row.dataset_id,
    modelId: row.model_id,
    planned: row.planned,
    alreadyScored: row.already_scored,
    alreadyQuarantined: row.already_quarantined,
    scored: row.scored,
    quarantined: row.quarantined,
    deleted: row.deleted,
    notScored: row.not_scored,
    priority: row.priority,
    pausedAt: row.paused_at,
    studyId: row.study_id,
    shards: row.shards,
    shardsDone: row.shards_done,
    errorCode: row.error_code,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
  };
}

export interface QuarantineCount {
  readonly code: string;
  readonly images: number;
  /** First object key with that code. */
  readonly example: string;
  /** Lowest image id with that code: what may be shown where an object key, which may name a patient, may not. */
  readonly firstImageId: number;
}

interface QuarantineRow {
  readonly code: string;
  readonly images: number;
  readonly example: string;
  readonly first_image_id: number;
}

/** Images of the dataset the model could not score, counted by error code. */
export async function countQuarantine(
  database: Database,
  scope: { datasetId: number; modelId: number },
): Promise<QuarantineCount[]> {
  const { rows } = await database.pool.query<QuarantineRow>(loadSql("quarantine-by-code"), [
    scope.datasetId,
    scope.modelId,
  ]);
  return rows.map(({ code, images, example, first_image_id }) => ({
    code,
    images,
    example,
    firstImageId: first_image_id,
  }));
}

/**
 * The promise that nothing is lost or silently skipped: planned = scored + quarantined + deleted, and in a cancelled
 * run + not scored.
 * @throws HairlineError LEDGER_UNBALANCED
 */
export function requireBalancedLedger(progress: RunProgress): void {
  const { planned, scored, quarantined, deleted, notScored } = progress;
  if (planned === scored + quarantined + deleted + notScored) return;
  throw new HairlineError(
    "LEDGER_UNBALANCED",
    `Run ${progress.runId}: ${planned} planned, but ${scored} scored, ` +
      `${quarantined} quarantined, ${deleted} deleted and ${notScored} given up by a cancellation.`,
    { remedy: "Run the same command again; report it if it stays." },
  );
}
