import type pg from "pg";
import type {
  CertificateEvidence,
  ComparisonEvidence,
  CriterionResult,
  PromotionRule,
} from "../comparison/index.ts";
import type { Database } from "../db/index.ts";
import { HairlineError } from "../errors.ts";
import type { Level, StoredFilter } from "../policies/index.ts";
import type { Policy } from "../triage/index.ts";
import type { ExcludedUnits, OutcomeFlip } from "./pair-units.ts";

/** Thresholds on the raw scale; p_low is null where a calibrator reaches the one asked for nowhere. */
export type ComparedThresholds = Omit<Policy, "pLow"> & { readonly pLow: number | null };

/** A comparison to store. */
export interface NewComparison extends StoredFilter {
  readonly championId: number;
  readonly challengerId: number;
  readonly dataset: string;
  readonly level: Level;
  /** Null for thresholds. */
  readonly championPolicyId: number | null;
  readonly challengerPolicyId: number | null;
  readonly championThresholds: ComparedThresholds;
  readonly challengerThresholds: ComparedThresholds;
  readonly rule: PromotionRule;
  readonly evidence: ComparisonEvidence;
  readonly certificate: CertificateEvidence;
  readonly excluded: ExcludedUnits;
  readonly flips: readonly OutcomeFlip[];
  readonly promote: boolean;
  readonly reasons: readonly CriterionResult[];
  readonly championFingerprint: string;
  readonly challengerFingerprint: string;
  readonly author: string | null;
}

/** A stored comparison; never changed. */
export interface ModelComparison extends NewComparison {
  readonly id: number;
  readonly champion: string;
  readonly challenger: string;
  readonly championPolicy: string | null;
  readonly challengerPolicy: string | null;
  readonly createdAt: Date;
}

const SELECT = `
  select model_comparison.id, champion_id as "championId", challenger_id as "challengerId", first.name as champion,
         second.name as challenger, dataset, splits, body_parts as "bodyParts", conditions, model_comparison.level,
         champion_policy_id as "championPolicyId", challenger_policy_id as "challengerPolicyId",
         first_policy.name || '@' || first_policy.version as "championPolicy",
         second_policy.name || '@' || second_policy.version as "challengerPolicy",
         champion_thresholds as "championThresholds", challenger_thresholds as "challengerThresholds", rule, evidence,
         certificate, excluded, flips, promote, reasons, champion_fingerprint as "championFingerprint",
         challenger_fingerprint as "challengerFingerprint", model_comparison.author,
         model_comparison.created_at as "createdAt"
  from model_comparison
  join model as first on first.id = champion_id
  join model as second on second.id = challenger_id
  left join policy as first_policy on first_policy.id = champion_policy_id
  left join policy as second_policy on second_policy.id = challenger_policy_id`;

export async function storeComparison({ pool }: Database, given: NewComparison): Promise<ModelComparison> {
  const { rows } = await pool.query<{ id: number }>(
    `insert into model_comparison (
       champion_id, challenger_id, dataset, splits, body_parts, conditions, level, champion_policy_id,
       challenger_policy_id, champion_thresholds, challenger_thresholds, rule, evidence, certificate, excluded, flips,
       promote, reasons, champion_fingerprint, challenger_fingerprint, author)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
     returning id`,
    [
      given.championId,
      given.challengerId,
      given.dataset,
      given.splits,
      given.bodyParts,
      JSON.stringify(given.conditions ?? {}),
      given.level,
      given.championPolicyId,
      given.challengerPolicyId,
      JSON.stringify(given.championThresholds),
      JSON.stringify(given.challengerThresholds),
      JSON.stringify(given.rule),
      JSON.stringify(given.evidence),
      JSON.stringify(given.certificate),
      JSON.stringify(given.excluded),
      JSON.stringify(given.flips),
      given.promote,
      JSON.stringify(given.reasons),
      given.championFingerprint,
      given.challengerFingerprint,
      given.author,
    ],
  );
  return comparisonById(pool, rows[0]?.id ?? 0);
}

/** @throws HairlineError COMPARISON_NOT_FOUND */
export async function comparisonById(client: pg.ClientBase | pg.Pool, id: number): Promise<ModelComparison> {
  const { rows } = await client.query<ModelComparison>(`${SELECT} where model_comparison.id = $1`, [id]);
  if (rows[0] !== undefined) return rows[0];
  throw new HairlineError("COMPARISON_NOT_FOUND", `No comparison has the id ${id}.`, {
    field: "comparison",
    remedy: "List them with `hairline champion comparisons`.",
  });
}

/** The latest comparison of a challenger with a champion, on a dataset when one is named. */
export async function latestComparison(
  client: pg.ClientBase | pg.Pool,
  given: { readonly championId: number; readonly challengerId: number; readonly dataset: string | null },
): Promise<ModelComparison | undefined> {
  const { rows } = await client.query<ModelComparison>(
    `${SELECT} where champion_id = $1 and challenger_id = $2 and ($3::text is null or dataset = $3)
     order by model_comparison.id desc limit 1`,
    [given.championId, given.challengerId, given.dataset],
  );
  return rows[0];
}

/** All comparisons, the latest first. */
export async function listComparisons({ pool }: Database): Promise<ModelComparison[]> {
  const { rows } = await pool.query<ModelComparison>(`${SELECT} order by model_comparison.id desc`);
  return rows;
}
