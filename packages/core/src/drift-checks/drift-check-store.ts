import type pg from "pg";
import { loadSql, type Database } from "../db/index.ts";
import type { DriftRule, JudgedMeasure } from "../drift/index.ts";
import { HairlineError } from "../errors.ts";
import { canonicalFilter, type FactFilter, parseFilter } from "../facts/index.ts";

/** One of the two windows of a check. */
export interface CheckedWindow {
  readonly dataset: string;
  readonly filter: FactFilter;
  /** Scored. */
  readonly images: number;
  /** SHA-256 of its facts and labels. */
  readonly fingerprint: string;
}

export interface NewDriftCheck {
  readonly modelId: number;
  readonly policyId: number | null;
  readonly reference: CheckedWindow;
  readonly current: CheckedWindow;
  /** Images in both. */
  readonly shared: number;
  readonly rule: DriftRule;
  readonly measures: readonly JudgedMeasure[];
  readonly alarm: boolean;
  readonly author: string | null;
}

/** A stored check; never changed. */
export interface DriftCheck extends Omit<NewDriftCheck, "modelId" | "policyId"> {
  readonly id: number;
  readonly model: string;
  /** As name@version. */
  readonly policy: string | null;
  /** Ids of the certificates it ended. */
  readonly expired: readonly number[];
  readonly createdAt: Date;
}

interface CheckRow {
  readonly id: number;
  readonly model: string;
  readonly policy: string | null;
  readonly reference_dataset: string;
  readonly reference_filter: Record<string, unknown>;
  readonly reference_images: number;
  readonly reference_fingerprint: string;
  readonly current_dataset: string;
  readonly current_filter: Record<string, unknown>;
  readonly current_images: number;
  readonly current_fingerprint: string;
  readonly shared_images: number;
  readonly rule: DriftRule;
  readonly measures: readonly JudgedMeasure[];
  readonly alarm: boolean;
  readonly author: string | null;
  readonly created_at: Date;
  readonly expired: number[];
}

const SELECT = `
  select drift_check.*, model.name as model, policy.name || '@' || policy.version as policy,
         array(select certificate_id from certificate_expiry where drift_check_id = drift_check.id order by certificate_id) as expired
  from drift_check
  join model on model.id = drift_check.model_id
  left join policy on policy.id = drift_check.policy_id`;

function storedCheck(row: CheckRow): DriftCheck {
  return {
    id: row.id,
    model: row.model,
    policy: row.policy,
    reference: {
      dataset: row.reference_dataset,
      filter: parseFilter(row.reference_filter),
      images: row.reference_images,
      fingerprint: row.reference_fingerprint,
    },
    current: {
      dataset: row.current_dataset,
      filter: parseFilter(row.current_filter),
      images: row.current_images,
      fingerprint: row.current_fingerprint,
    },
    shared: row.shared_images,
    rule: row.rule,
    measures: row.measures,
    alarm: row.alarm,
    author: row.author,
    expired: row.expired,
    createdAt: row.created_at,
  };
}

/** Stores a check within a transaction. @returns its id */
export async function insertDriftCheck(client: pg.PoolClient, given: NewDriftCheck): Promise<number> {
  const { reference, current } = given;
  const { rows } = await client.query<{ id: number }>(
    `insert into drift_check (model_id, policy_id, reference_dataset, reference_filter, reference_images,
                              reference_fingerprint, current_dataset, current_filter, current_images,
                              current_fingerprint, shared_images, rule, measures, alarm, author)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) returning id`,
    [
      given.modelId,
      given.policyId,
      reference.dataset,
      JSON.stringify(canonicalFilter(reference.filter)),
      reference.images,
      reference.fingerprint,
      current.dataset,
      JSON.stringify(canonicalFilter(current.filter)),
      current.images,
      current.fingerprint,
      given.shared,
      JSON.stringify(given.rule),
      JSON.stringify(given.measures),
      given.alarm,
      given.author,
    ],
  );
  const [stored] = rows;
  if (stored !== undefined) return stored.id;
  throw new HairlineError("INTERNAL", "The drift check was not stored.");
}

/** Ends the certificates that an alarm speaks against, within a transaction. @returns how many */
export async function expireCertificates(
  client: pg.PoolClient,
  checkId: number,
  { reason, author }: { reason: string; author: string | null },
): Promise<number> {
  const { rowCount } = await client.query(loadSql("expire-certificates"), [checkId, reason, author]);
  return rowCount ?? 0;
}

export interface DriftCheckQuery {
  /** Of the current window. */
  readonly dataset?: string | undefined;
  readonly id?: number | undefined;
  readonly alarm?: boolean | undefined;
  /** Only checks older than this one. */
  readonly beforeId?: number | undefined;
  readonly limit: number;
}

/** Checks made, the latest first. */
export async function listDriftChecks(
  { pool }: Database,
  { dataset, id, alarm, beforeId, limit }: DriftCheckQuery,
): Promise<DriftCheck[]> {
  const { rows } = await pool.query<CheckRow>(
    `${SELECT}
     where ($1::text is null or current_dataset = $1) and ($2::bigint is null or drift_check.id = $2)
       and ($3::boolean is null or alarm = $3) and ($4::bigint is null or drift_check.id < $4)
     order by drift_check.id desc
     limit $5`,
    [dataset ?? null, id ?? null, alarm ?? null, beforeId ?? null, limit],
  );
  return rows.map(storedCheck);
}
