import type pg from "pg";
import { inTransaction, loadSql, type Database } from "../db/index.ts";
import { HairlineError } from "../errors.ts";
import { formatReference } from "./reference.ts";
import type { StoredPolicy } from "./policy-store.ts";

/** Where a policy is in force: a model, and one dataset or, with null, those without a policy of their own. */
export interface PolicyPlace {
  readonly modelId: number;
  readonly dataset: string | null;
}

export interface ActivationChange extends PolicyPlace {
  readonly by: string | null;
  readonly note: string | null;
}

/** One time that a policy was in force; retired when another took its place or it was ended. */
export interface PolicyActivation {
  readonly policy: string;
  readonly version: number;
  readonly model: string;
  readonly dataset: string | null;
  readonly activatedAt: Date;
  readonly activatedBy: string | null;
  readonly note: string | null;
  readonly retiredAt: Date | null;
  readonly retiredBy: string | null;
  readonly retiredNote: string | null;
  /** It has a certificate, on that dataset (on any, for a default), that neither was revoked nor expired. */
  readonly certified: boolean;
}

/** Puts a policy in force, in the place of the one that was; already in force, nothing changes. */
export function activatePolicy(
  database: Database,
  policy: StoredPolicy,
  change: ActivationChange,
): Promise<void> {
  return inTransaction(database.pool, (client) => putInForce(client, policy, change));
}

/** As `activatePolicy`, within a transaction. */
export async function putInForce(
  client: pg.PoolClient,
  policy: StoredPolicy,
  change: ActivationChange,
): Promise<void> {
  await client.query("lock table policy_activation in share row exclusive mode");
  const place = [change.modelId, change.dataset];
  const { rows } = await client.query<{ id: number; policy_id: number }>(
    `select id, policy_id from policy_activation
     where model_id = $1 and dataset is not distinct from $2 and retired_at is null`,
    place,
  );
  const [current] = rows;
  if (current?.policy_id === policy.id) return;
  if (current !== undefined) {
    await client.query(
      `update policy_activation set retired_at = greatest(clock_timestamp(), activated_at), retired_by = $2, retired_note = $3 where id = $1`,
      [current.id, change.by, `replaced by ${formatReference(policy)}`],
    );
  }
  await client.query(
    `insert into policy_activation (policy_id, model_id, dataset, activated_by, note) values ($3, $1, $2, $4, $5)`,
    [...place, policy.id, change.by, change.note],
  );
}

/**
 * Takes a policy out of force.
 *
 * @throws HairlineError POLICY_NOT_FOUND when it is not in force there
 */
export async function retirePolicy(
  database: Database,
  policy: StoredPolicy,
  change: ActivationChange,
): Promise<void> {
  const { rowCount } = await database.pool.query(
    `update policy_activation set retired_at = greatest(clock_timestamp(), activated_at), retired_by = $4, retired_note = $5
     where policy_id = $1 and model_id = $2 and dataset is not distinct from $3 and retired_at is null`,
    [policy.id, change.modelId, change.dataset, change.by, change.note],
  );
  if (rowCount === 1) return;
  const place = change.dataset === null ? "as the model's default" : `for ${change.dataset}`;
  throw new HairlineError("POLICY_NOT_FOUND", `${formatReference(policy)} is not in force ${place}.`, {
    field: "policy",
    remedy: "See `hairline policy history`.",
  });
}

/** Every time a policy was in force, the latest first; of all policies when none is named. */
export async function policyHistory(database: Database, name?: string): Promise<PolicyActivation[]> {
  const { rows } = await database.pool.query<PolicyActivation>(loadSql("policy-history"), [name ?? null]);
  return rows;
}
