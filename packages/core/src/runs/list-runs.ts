import type { Database } from "../db/index.ts";
import type { RunPriority } from "./priority.ts";
import type { RunState } from "./run-progress.ts";

export interface RunSummary {
  readonly runId: string;
  readonly dataset: string;
  readonly model: string;
  readonly state: RunState;
  readonly priority: RunPriority;
  /** Set while the run is paused. */
  readonly pausedAt: Date | null;
  /** The uploaded study the run scores; null for a run of a dataset. */
  readonly studyId: number | null;
  readonly planned: number;
  readonly errorCode: string | null;
  readonly createdAt: Date;
}

const MAX_RUNS = 100;

/** The latest runs, newest first, at most 100. */
export async function listRuns(database: Database): Promise<RunSummary[]> {
  const { rows } = await database.pool.query<RunSummary>(
    `select run.id as "runId", dataset.name as dataset, model.name as model, run.state, run.planned,
            run.priority, run.paused_at as "pausedAt", run.study_id as "studyId",
            run.error_code as "errorCode", run.created_at as "createdAt"
     from run join dataset on dataset.id = run.dataset_id join model on model.id = run.model_id
     order by run.created_at desc, run.id
     limit $1`,
    [MAX_RUNS],
  );
  return rows;
}
