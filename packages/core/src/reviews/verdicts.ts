import type { Database } from "../db/index.ts";
import { HairlineError } from "../errors.ts";
import type { Outcome } from "../triage/index.ts";

/** What a reviewer says of a study. */
export interface NewVerdict {
  readonly studyId: number;
  /** 1 fracture, 0 none. */
  readonly verdict: 0 | 1;
  readonly reviewer: string;
  readonly note?: string | undefined;
  /** The reading that was on the reviewer's screen, if one was. */
  readonly seen?:
    { readonly modelId: number; readonly policyId: number; readonly outcome: Outcome } | undefined;
}

/** A verdict on record; never changed, a later one of the same reviewer stands in its place. */
export interface StudyVerdict {
  readonly id: number;
  readonly studyId: number;
  readonly verdict: 0 | 1;
  readonly reviewer: string;
  readonly note: string | null;
  readonly model: string | null;
  /** As name@version. */
  readonly policy: string | null;
  readonly outcomeSeen: Outcome | null;
  readonly createdAt: Date;
}

const SELECT = `
  select study_verdict.id, study_id as "studyId", verdict, reviewer, study_verdict.note, model.name as model,
         policy.name || '@' || policy.version as policy, outcome_seen as "outcomeSeen",
         study_verdict.created_at as "createdAt"
  from study_verdict
  join study on study.id = study_id
  left join model on model.id = study_verdict.model_id
  left join policy on policy.id = policy_id`;

/** @throws HairlineError STUDY_NOT_FOUND */
export async function addVerdict({ pool }: Database, given: NewVerdict): Promise<StudyVerdict> {
  const { rows } = await pool.query<{ id: number }>(
    `insert into study_verdict (study_id, verdict, reviewer, note, model_id, policy_id, outcome_seen)
     select id, $2, $3, $4, $5, $6, $7 from study where id = $1
     returning id`,
    [
      given.studyId,
      given.verdict,
      given.reviewer,
      given.note ?? null,
      given.seen?.modelId ?? null,
      given.seen?.policyId ?? null,
      given.seen?.outcome ?? null,
    ],
  );
  const stored = await pool.query<StudyVerdict>(`${SELECT} where study_verdict.id = $1`, [rows[0]?.id]);
  if (stored.rows[0] !== undefined) return stored.rows[0];
  throw new HairlineError("STUDY_NOT_FOUND", `There is no study ${given.studyId}.`, { field: "study" });
}

export interface VerdictQuery {
  readonly studyId?: number | undefined;
  /** Name of the dataset. */
  readonly dataset?: string | undefined;
  readonly reviewer?: string | undefined;
  /** Only verdicts given after this one. */
  readonly afterId?: number | undefined;
  readonly limit: number;
}

/** Verdicts in the order they were given. */
export async function listVerdicts({ pool }: Database, query: VerdictQuery): Promise<StudyVerdict[]> {
  const { rows } = await pool.query<StudyVerdict>(
    `${SELECT}
     where ($1::bigint is null or study_id = $1) and ($2::text is null or reviewer = $2)
       and ($3::bigint is null or study_verdict.id > $3)
       and ($4::text is null or study.dataset_id = (select id from dataset where name = $4))
     order by study_verdict.id
     limit $5`,
    [
      query.studyId ?? null,
      query.reviewer ?? null,
      query.afterId ?? null,
      query.dataset ?? null,
      query.limit,
    ],
  );
  return rows;
}
