import type pg from "pg";
import type { CertificateEvidence } from "../comparison/index.ts";
import type { Database } from "../db/index.ts";
import { HairlineError, isHairlineError } from "../errors.ts";
import {
  calibratorOf,
  findPolicyInForce,
  requireModel,
  type Level,
  type StoredPolicy,
} from "../policies/index.ts";
import type { ReadingScope } from "../readings/index.ts";
import type { Policy } from "../triage/index.ts";

/** A policy a model is read with: stored, or given as thresholds. */
export interface ComparedPolicy {
  /** Null for thresholds. */
  readonly stored: StoredPolicy | null;
  /** p_low on the raw scale. */
  readonly policy: Policy;
}

export interface ComparedPolicies {
  readonly level: Level;
  readonly champion: ComparedPolicy;
  readonly challenger: ComparedPolicy;
}

export interface PolicyChoice {
  readonly database: Database;
  readonly scopes: { readonly champion: ReadingScope; readonly challenger: ReadingScope };
  /** Those in force when left out; a challenger without one is read with the champion's. */
  readonly championPolicy?: ComparedPolicy | undefined;
  readonly challengerPolicy?: ComparedPolicy | undefined;
}

/**
 * What the two models are read with.
 *
 * @throws HairlineError POLICY_NOT_FOUND when the champion has none; BAD_ARGUMENT when the levels differ, or a
 *   calibrator is of another model
 */
export async function resolveCompared(choice: PolicyChoice): Promise<ComparedPolicies> {
  const { database, scopes } = choice;
  const champion = choice.championPolicy ?? ofStored(await findPolicyInForce(database, scopes.champion));
  const challenger = choice.challengerPolicy ?? (await inForce(database, scopes.challenger)) ?? champion;
  await requireScale(database, champion, scopes.champion);
  await requireScale(database, challenger, scopes.challenger);
  const level = champion.stored?.level ?? challenger.stored?.level ?? "image";
  if ((challenger.stored?.level ?? level) === level) return { level, champion, challenger };
  throw new HairlineError("BAD_ARGUMENT", "One policy reads images, the other studies.", {
    field: "policy",
    remedy: "Compare policies of the same level.",
  });
}

function ofStored(stored: StoredPolicy): ComparedPolicy {
  return { stored, policy: stored.policy };
}

async function inForce(database: Database, scope: ReadingScope): Promise<ComparedPolicy | undefined> {
  try {
    return ofStored(await findPolicyInForce(database, scope));
  } catch (error) {
    if (isHairlineError(error) && error.code === "POLICY_NOT_FOUND") return undefined;
    throw error;
  }
}

async function requireScale(
  database: Database,
  { stored }: ComparedPolicy,
  { modelId }: ReadingScope,
): Promise<void> {
  if (stored === null || stored.pLowScale === "raw") return;
  const calibrator = await calibratorOf(database, stored);
  if (calibrator !== undefined) requireModel(calibrator, modelId);
}

interface CertificateRow {
  readonly claims: readonly { readonly metric: string; readonly target: number }[];
  readonly confidence: number;
}

/** What certificates say of the two policies, on one dataset, as things are now. */
export async function readCertificateEvidence(
  client: pg.ClientBase | pg.Pool,
  policies: {
    readonly dataset: string;
    readonly champion: { readonly modelId: number; readonly policyId: number | null };
    readonly challenger: { readonly modelId: number; readonly policyId: number | null };
  },
): Promise<CertificateEvidence> {
  const { dataset, champion, challenger } = policies;
  const promised = await readCertificates(client, { ...champion, dataset });
  const offered = await readCertificates(client, { ...challenger, dataset });
  const problem = certificateProblem(challenger.policyId, promised[0], offered);
  return { champion: promised.length > 0, challenger: problem === null, problem };
}

/** Pooled certificates that hold, the latest first. */
async function readCertificates(
  client: pg.ClientBase | pg.Pool,
  { policyId, modelId, dataset }: { policyId: number | null; modelId: number; dataset: string },
): Promise<CertificateRow[]> {
  const { rows } = await client.query<CertificateRow>(
    `select claims, confidence from certificate
     where policy_id = $1 and model_id = $2 and dataset = $3
       and body_part is null and result = 'certified' and revoked_at is null
       and not exists (select from certificate_expiry where certificate_id = certificate.id)
     order by id desc`,
    [policyId, modelId, dataset],
  );
  return rows;
}

function certificateProblem(
  policyId: number | null,
  promised: CertificateRow | undefined,
  offered: readonly CertificateRow[],
): string | null {
  if (policyId === null) return "it was read with thresholds that are no stored policy";
  if (offered.length === 0) return "it has no certificate on this dataset that holds";
  if (promised === undefined || offered.some((each) => promisesAsMuch(each, promised))) return null;
  return "its certificate promises less than the champion's";
}

function promisesAsMuch(offered: CertificateRow, promised: CertificateRow): boolean {
  return (
    offered.confidence >= promised.confidence &&
    promised.claims.every(({ metric, target }) =>
      offered.claims.some((claim) => claim.metric === metric && claim.target >= target),
    )
  );
}
