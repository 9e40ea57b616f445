import type pg from "pg";
import type { Claim } from "../certificates/index.ts";
import { inTransaction, type Database } from "../db/index.ts";
import { HairlineError } from "../errors.ts";
import type { Policy, SweepGrid } from "../triage/index.ts";
import { calibratorById, type StoredCalibrator } from "./calibrator-store.ts";
import { nextVersion } from "./next-version.ts";
import { rawPolicy, type PLowScale } from "./raw-policy.ts";
import { parseReference } from "./reference.ts";
import type { StoredFilter } from "./selection.ts";

/** What an outcome is of. */
export const LEVELS = ["image", "study"] as const;
export type Level = (typeof LEVELS)[number];

/** How a policy was chosen, when a search did. */
export interface PolicyTuning extends StoredFilter {
  readonly dataset: string;
  readonly model: string;
  readonly fingerprint: string;
  readonly objective: string;
  readonly claims: readonly Claim[];
  readonly grid: SweepGrid;
  /** Configs searched, and of them the candidates put to the test. */
  readonly configs: number;
  readonly candidates: number;
}

/** A policy to store. */
export interface NewPolicy {
  readonly name: string;
  readonly level: Level;
  /** As asked for: p_low on `pLowScale`. */
  readonly thresholds: Policy;
  readonly pLowScale: PLowScale;
  /** Required for the calibrated scale. */
  readonly calibrator?: StoredCalibrator | undefined;
  readonly tuning?: PolicyTuning | undefined;
  readonly author?: string | undefined;
  readonly note?: string | undefined;
}

/** A stored policy; never changed. */
export interface StoredPolicy {
  readonly id: number;
  readonly name: string;
  readonly version: number;
  readonly level: Level;
  readonly thresholds: Policy;
  readonly pLowScale: PLowScale;
  readonly calibratorId: number | null;
  readonly calibrator: string | null;
  /** The thresholds with p_low on the raw scale: what triage reads. */
  readonly policy: Policy;
  readonly tuning: PolicyTuning | null;
  readonly author: string | null;
  readonly note: string | null;
  readonly createdAt: Date;
}

interface PolicyRow {
  readonly id: number;
  readonly name: string;
  readonly version: number;
  readonly level: Level;
  readonly p_low: number;
  readonly p_low_scale: PLowScale;
  readonly p_cut: number;
  readonly entropy_max: number | null;
  readonly area_max: number | null;
  readonly alpha: number;
  readonly calibrator_id: number | null;
  readonly calibrator: string | null;
  readonly tuning: PolicyTuning | null;
  readonly author: string | null;
  readonly note: string | null;
  readonly created_at: Date;
}

const SELECT = `
  select policy.*, calibrator.name || '@' || calibrator.version as calibrator
  from policy left join calibrator on calibrator.id = calibrator_id`;

function storedPolicy(row: PolicyRow): StoredPolicy {
  const thresholds = {
    pLow: row.p_low,
    entropyMax: row.entropy_max,
    areaMax: row.area_max,
    alpha: row.alpha,
  };
  return {
    id: row.id,
    name: row.name,
    version: row.version,
    level: row.level,
    thresholds,
    pLowScale: row.p_low_scale,
    calibratorId: row.calibrator_id,
    calibrator: row.calibrator,
    policy: { ...thresholds, pLow: row.p_cut },
    tuning: row.tuning,
    author: row.author,
    note: row.note,
    createdAt: row.created_at,
  };
}

/**
 * Stores a policy as the next version of its name.
 *
 * @throws HairlineError BAD_ARGUMENT when p_low is on the calibrated scale and no calibrator is given
 */
export function createPolicy(database: Database, given: NewPolicy): Promise<StoredPolicy> {
  return inTransaction(database.pool, (client) => insertPolicy(client, given));
}

/** As `createPolicy`, within a transaction. */
export async function insertPolicy(client: pg.PoolClient, given: NewPolicy): Promise<StoredPolicy> {
  const { thresholds, pLowScale, calibrator } = given;
  if (pLowScale === "calibrated" && calibrator === undefined) {
    throw new HairlineError("BAD_ARGUMENT", "A p_low on the calibrated scale needs a calibrator.", {
      field: "calibrator",
    });
  }
  const raw = rawPolicy(thresholds, pLowScale === "calibrated" ? calibrator?.calibrator : undefined);
  const version = await nextVersion(client, "policy", given.name);
  const { rows } = await client.query<{ id: number }>(
    `insert into policy (name, version, level, p_low, p_low_scale, calibrator_id, p_cut, entropy_max, area_max, alpha,
                         tuning, author, note)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) returning id`,
    [
      given.name,
      version,
      given.level,
      thresholds.pLow,
      pLowScale,
      calibrator?.id ?? null,
      Math.fround(raw.pLow),
      thresholds.entropyMax,
      thresholds.areaMax,
      thresholds.alpha,
      given.tuning === undefined ? null : JSON.stringify(given.tuning),
      given.author ?? null,
      given.note ?? null,
    ],
  );
  return onlyPolicy(await readPolicies(client, "where policy.id = $1", [rows[0]?.id]), given.name);
}

async function readPolicies(
  client: pg.ClientBase | pg.Pool,
  condition: string,
  params: readonly unknown[],
): Promise<StoredPolicy[]> {
  const { rows } = await client.query<PolicyRow>(
    `${SELECT} ${condition} order by policy.name, policy.version desc`,
    [...params],
  );
  return rows.map(storedPolicy);
}

/** The policy of an id, within a transaction. @throws HairlineError POLICY_NOT_FOUND */
export async function policyById(client: pg.ClientBase | pg.Pool, id: number): Promise<StoredPolicy> {
  return onlyPolicy(await readPolicies(client, "where policy.id = $1", [id]), `number ${id}`);
}

function onlyPolicy([found]: readonly StoredPolicy[], text: string): StoredPolicy {
  if (found !== undefined) return found;
  throw new HairlineError("POLICY_NOT_FOUND", `No policy is ${text}.`, {
    field: "policy",
    remedy: "List them with `hairline policy list`.",
  });
}

/** All policies by name, the latest version of each first. */
export function listPolicies(database: Database): Promise<StoredPolicy[]> {
  return readPolicies(database.pool, "", []);
}

/**
 * The policy written as `name` (its latest version) or `name@version`.
 *
 * @throws HairlineError POLICY_NOT_FOUND; BAD_ARGUMENT for the text
 */
export async function findPolicy(database: Database, text: string): Promise<StoredPolicy> {
  const { name, version } = parseReference("policy", text);
  const condition = "where policy.name = $1 and ($2::int is null or policy.version = $2::int)";
  return onlyPolicy(await readPolicies(database.pool, condition, [name, version ?? null]), text);
}

/**
 * The policy in force for a model and dataset: the dataset's own, else the model's default.
 *
 * @throws HairlineError POLICY_NOT_FOUND when none is
 */
export async function findPolicyInForce(
  database: Database,
  { modelId, dataset }: { modelId: number; dataset: string },
): Promise<StoredPolicy> {
  const [found] = await readPolicies(
    database.pool,
    `where policy.id = (
       select policy_id from policy_activation
       where model_id = $1 and (dataset = $2 or dataset is null) and retired_at is null
       order by dataset nulls last limit 1
     )`,
    [modelId, dataset],
  );
  if (found !== undefined) return found;
  throw new HairlineError("POLICY_NOT_FOUND", `No policy is in force for ${dataset}.`, {
    field: "policy",
    remedy: "Name a policy, or put one in force with `hairline policy activate`.",
  });
}

/** The calibrator of a policy, undefined when it has none. */
export async function calibratorOf(
  database: Database,
  policy: StoredPolicy,
): Promise<StoredCalibrator | undefined> {
  return policy.calibratorId === null ? undefined : calibratorById(database, policy.calibratorId);
}
