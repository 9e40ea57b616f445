import type pg from "pg";
import type { Database } from "../db/index.ts";
import { HairlineError } from "../errors.ts";
import type { RetrainingSettings } from "./settings.ts";

export type RetrainingState =
  "requested" | "training" | "scoring" | "certifying" | "comparing" | "deciding" | "completed" | "failed";

/** A retraining as it stands, and its report once it has ended. */
export interface Retraining {
  readonly id: number;
  readonly dataset: string;
  readonly state: RetrainingState;
  readonly settings: RetrainingSettings;
  readonly championId: number;
  readonly champion: string;
  readonly newLabels: number;
  readonly trainingId: string | null;
  readonly challengerId: number | null;
  readonly challenger: string | null;
  readonly runIds: readonly string[];
  readonly calibratorId: number | null;
  /** Null: the challenger is read with the champion's policy. */
  readonly policyId: number | null;
  readonly comparisonId: number | null;
  readonly decision: "promoted" | "kept" | null;
  readonly reasons: readonly string[];
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

const SELECT = `
  select retraining.id, dataset, state, settings, champion_id as "championId", champion.name as champion,
         new_labels as "newLabels", training_id as "trainingId", challenger_id as "challengerId",
         challenger.name as challenger, run_ids as "runIds", calibrator_id as "calibratorId", policy_id as "policyId",
         comparison_id as "comparisonId", decision, reasons, error_code as "errorCode",
         error_message as "errorMessage", retraining.created_at as "createdAt", finished_at as "finishedAt"
  from retraining
  join model as champion on champion.id = champion_id
  left join model as challenger on challenger.id = challenger_id`;

export async function readRetraining(client: pg.ClientBase | pg.Pool, id: number): Promise<Retraining> {
  const { rows } = await client.query<Retraining>(`${SELECT} where retraining.id = $1`, [id]);
  if (rows[0] !== undefined) return rows[0];
  throw new HairlineError("BAD_ARGUMENT", `No retraining has the id ${id}.`, { field: "retraining" });
}

/** The latest first. */
export async function listRetrainings({ pool }: Database, limit = 50): Promise<Retraining[]> {
  const { rows } = await pool.query<Retraining>(`${SELECT} order by retraining.id desc limit $1`, [limit]);
  return rows;
}

/** Ids of those that have not ended, oldest first. */
export async function listOpenRetrainings({ pool }: Database): Promise<number[]> {
  const { rows } = await pool.query<{ id: number }>(
    "select id from retraining where state not in ('completed', 'failed') order by id",
  );
  return rows.map(({ id }) => id);
}

/** What a step found out; columns left out stay. */
export interface RetrainingStep {
  readonly state: RetrainingState;
  readonly trainingId?: string | undefined;
  readonly challengerId?: number | undefined;
  readonly runIds?: readonly string[] | undefined;
  readonly calibratorId?: number | null | undefined;
  readonly policyId?: number | null | undefined;
  readonly comparisonId?: number | undefined;
}

export async function takeStep(
  client: pg.ClientBase | pg.Pool,
  id: number,
  step: RetrainingStep,
): Promise<void> {
  await client.query(
    `update retraining
     set state = $2, training_id = coalesce($3, training_id), challenger_id = coalesce($4, challenger_id),
         run_ids = coalesce($5, run_ids), calibrator_id = coalesce($6, calibrator_id),
         policy_id = coalesce($7, policy_id), comparison_id = coalesce($8, comparison_id)
     where id = $1`,
    [
      id,
      step.state,
      step.trainingId ?? null,
      step.challengerId ?? null,
      step.runIds ?? null,
      step.calibratorId ?? null,
      step.policyId ?? null,
      step.comparisonId ?? null,
    ],
  );
}

export async function endRetraining(
  { pool }: Database,
  id: number,
  end: { readonly decision: "promoted" | "kept"; readonly reasons: readonly string[] },
): Promise<void> {
  await pool.query(
    `update retraining set state = 'completed', decision = $2, reasons = $3, finished_at = clock_timestamp()
     where id = $1`,
    [id, end.decision, end.reasons],
  );
}

export async function failRetraining({ pool }: Database, id: number, error: HairlineError): Promise<void> {
  await pool.query(
    `update retraining set state = 'failed', error_code = $2, error_message = $3, finished_at = clock_timestamp()
     where id = $1 and state not in ('completed', 'failed')`,
    [id, error.code, error.message],
  );
}
