import type { Database } from "../db/index.ts";
import type { RunSummary } from "../runs/index.ts";

/** A run, and where it stands in the list of all. */
export interface ListedRun extends RunSummary {
  /** Microseconds since 1970: what the list is ordered by. */
  readonly position: number;
}

export interface RunQuery {
  readonly dataset?: string | undefined;
  readonly model?: string | undefined;
  readonly state?: string | undefined;
  /** Only runs before this one, by position and id. */
  readonly before?: readonly [position: number, runId: string] | undefined;
  readonly limit: number;
}

/** Runs, the latest first. */
export async function pageRuns({ pool }: Database, query: RunQuery): Promise<ListedRun[]> {
  const [position = null, runId = null] = query.before ?? [];
  const { rows } = await pool.query<ListedRun>(
    `select run.id as "runId", dataset.name as dataset, model.name as model, run.state, run.planned, run.priority,
            run.paused_at as "pausedAt", run.study_id as "studyId", run.error_code as "errorCode",
            run.created_at as "createdAt", (extract(epoch from run.created_at) * 1000000)::bigint as position
     from run join dataset on dataset.id = run.dataset_id join model on model.id = run.model_id
     where ($1::text is null or dataset.name = $1) and ($2::text is null or model.name = $2)
       and ($3::text is null or run.state = $3)
       and ($4::bigint is null
            or (run.created_at, run.id) < (timestamptz 'epoch' + $4 * interval '1 microsecond', $5::uuid))
     order by run.created_at desc, run.id desc
     limit $6`,
    [query.dataset ?? null, query.model ?? null, query.state ?? null, position, runId, query.limit],
  );
  return rows;
}
