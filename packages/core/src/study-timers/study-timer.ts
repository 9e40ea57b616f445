import type pg from "pg";
import { HairlineError } from "../errors.ts";
import type { RunPriority } from "../runs/index.ts";

/** How long an upload may pause before its study is scored as it is, in milliseconds. */
export const DEFAULT_QUIET_MS = 60_000;
const MAX_QUIET_MS = 86_400_000;

/** Runs a statement: a pool, or a client within the transaction that also stores the view. */
export type Queryable = Pick<pg.ClientBase, "query"> | Pick<pg.Pool, "query">;

export interface StudyTouch {
  readonly studyId: number;
  /** The model that is to score the study. */
  readonly modelId: number;
  /** In [0, 86,400,000]; default DEFAULT_QUIET_MS. */
  readonly quietMs?: number | undefined;
  /** Views the study will have, when the uploader knows: it is scored as soon as they are there. */
  readonly expectedViews?: number | undefined;
  /** Default urgent: somebody waits for an upload. */
  readonly priority?: RunPriority | undefined;
}

/**
 * Notes that a view of a study arrived: the study is scored once no further one has come for the quiet period, or as
 * soon as all expected views are there. Called in the transaction that stores the view, so that neither is without
 * the other. A view that comes after the study was scored starts the period anew, and just that view is scored.
 *
 * @returns when the study is due, by the database's clock
 * @throws HairlineError BAD_ARGUMENT; STUDY_NOT_FOUND
 */
export async function touchStudy(client: Queryable, touch: StudyTouch): Promise<Date> {
  const { studyId, modelId, quietMs = DEFAULT_QUIET_MS, expectedViews, priority = "urgent" } = touch;
  requireWithin("quietMs", quietMs, { least: 0, most: MAX_QUIET_MS });
  if (expectedViews !== undefined) requireWithin("expectedViews", expectedViews, { least: 1, most: 10_000 });
  const { rows } = await client.query<{ due_at: Date }>(
    `with arrived as (
       select study.id, model.id as model_id,
              case when (select count(*) from image where image.study_id = study.id) >= $4::int then clock_timestamp()
                   else clock_timestamp() + $3::int * interval '1 millisecond' end as due_at
       from study cross join model
       where study.id = $1::bigint and model.id = $2::int
     )
     insert into study_timer (study_id, model_id, quiet_ms, expected_views, priority, last_view_at, due_at)
     select id, model_id, $3::int, $4::int, $5, clock_timestamp(), due_at from arrived
     on conflict (study_id, model_id) do update
     set (quiet_ms, expected_views, priority, last_view_at, due_at)
       = (excluded.quiet_ms, excluded.expected_views, excluded.priority, excluded.last_view_at, excluded.due_at)
     returning due_at`,
    [studyId, modelId, quietMs, expectedViews ?? null, priority],
  );
  return requireRow(rows[0], studyId).due_at;
}

/**
 * Notes that all views of a study are there: it is scored at once. Again after that it changes nothing but the time.
 *
 * @throws HairlineError STUDY_NOT_FOUND
 */
export async function completeStudy(
  client: Queryable,
  { studyId, modelId, priority }: Pick<StudyTouch, "studyId" | "modelId" | "priority">,
): Promise<void> {
  const { rows } = await client.query<{ study_id: number }>(
    `insert into study_timer (study_id, model_id, quiet_ms, priority, completed_at, due_at)
     select study.id, model.id, $3::int, coalesce($4::text, 'urgent'), clock_timestamp(), clock_timestamp()
     from study cross join model
     where study.id = $1::bigint and model.id = $2::int
     on conflict (study_id, model_id) do update
     set completed_at = excluded.completed_at, due_at = excluded.due_at,
         priority = coalesce($4::text, study_timer.priority)
     returning study_id`,
    [studyId, modelId, DEFAULT_QUIET_MS, priority ?? null],
  );
  requireRow(rows[0], studyId);
}

function requireRow<Row>(row: Row | undefined, studyId: number): Row {
  if (row !== undefined) return row;
  throw new HairlineError("STUDY_NOT_FOUND", `There is no study ${studyId}, or no such model.`, {
    field: "study",
  });
}

function requireWithin(field: string, value: number, { least, most }: { least: number; most: number }): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  throw new HairlineError("BAD_ARGUMENT", `${field} is ${value}.`, {
    field,
    remedy: `Give a whole number from ${least} to ${most}.`,
  });
}
