import {
  compareReadings,
  decidePromotion,
  DEFAULT_PROMOTION_RULE,
  type PromotionRule,
} from "../comparison/index.ts";
import type { Database } from "../db/index.ts";
import { HairlineError } from "../errors.ts";
import { readFingerprint, storedFilter } from "../policies/index.ts";
import { resolveScope, type ImageFilter, type ReadingScope } from "../readings/index.ts";
import { noPredictions } from "../readings/scope.ts";
import { openSnapshot, type Snapshot } from "../readings/snapshot.ts";
import {
  type ComparedPolicies,
  type ComparedPolicy,
  readCertificateEvidence,
  resolveCompared,
} from "./compared-policy.ts";
import { type ComparedThresholds, storeComparison, type ModelComparison } from "./comparison-store.ts";
import { pairUnits, type FlippedUnit, type PairedUnits } from "./pair-units.ts";
import { readUnits } from "./read-units.ts";

export interface CompareModelsRequest {
  readonly database: Database;
  readonly dataset: string;
  readonly filter?: ImageFilter | undefined;
  /** Names of models. */
  readonly champion: string;
  readonly challenger: string;
  /** Those in force when left out; a challenger without one is read with the champion's. */
  readonly championPolicy?: ComparedPolicy | undefined;
  readonly challengerPolicy?: ComparedPolicy | undefined;
  readonly rule?: PromotionRule | undefined;
  /** Of the resamples; default 1000 from seed 1. */
  readonly replicates?: number | undefined;
  readonly seed?: number | undefined;
  readonly author?: string | undefined;
  /** Cancels the reading, on the server too. */
  readonly signal?: AbortSignal | undefined;
}

/** A stored comparison with what is told of it once: the images, or studies, that flip. */
export interface ComparedModels {
  readonly comparison: ModelComparison;
  readonly flipped: readonly FlippedUnit[];
}

/**
 * Compares two models on the images, or studies, of a selection that both scored, from one snapshot, and stores what was
 * found with the rule's decision. Nothing is promoted by it.
 *
 * @throws HairlineError DATASET_NOT_FOUND, MODEL_NOT_FOUND, NO_PREDICTIONS; POLICY_NOT_FOUND when no policy is in force for
 *   the champion and none is given; BAD_ARGUMENT; FACTS_MISSING
 */
export async function compareModels(request: CompareModelsRequest): Promise<ComparedModels> {
  const { database, dataset, filter, rule = DEFAULT_PROMOTION_RULE } = request;
  const scopes = {
    champion: await resolveScope({ database, dataset, model: request.champion }),
    challenger: await resolveScope({ database, dataset, model: request.challenger }),
  };
  requireTwoModels(scopes);
  const policies = await resolveCompared({ ...request, scopes });
  const { measured, flipped } = await measurePair({ request, scopes, policies });
  const comparison = await storeComparison(database, {
    ...measured,
    ...decidePromotion(rule, measured.evidence, measured.certificate),
    championId: scopes.champion.modelId,
    challengerId: scopes.challenger.modelId,
    dataset: scopes.champion.dataset,
    ...storedFilter(filter),
    level: policies.level,
    championPolicyId: policies.champion.stored?.id ?? null,
    challengerPolicyId: policies.challenger.stored?.id ?? null,
    championThresholds: thresholdsOf(policies.champion),
    challengerThresholds: thresholdsOf(policies.challenger),
    rule,
    author: request.author ?? null,
  });
  return { comparison, flipped };
}

interface Pair {
  readonly request: CompareModelsRequest;
  readonly scopes: Scopes;
  readonly policies: ComparedPolicies;
}

/** Everything that is read, from one snapshot, which ends before anything is written. */
async function measurePair(pair: Pair) {
  const { request, scopes, policies } = pair;
  const { database, filter, rule = DEFAULT_PROMOTION_RULE, replicates = 1000, seed = 1 } = request;
  await using snapshot = await openSnapshot(database, { signal: request.signal });
  const { client } = snapshot;
  const { readings, excluded, flips, flipped } = await readPairs(snapshot, pair);
  const place = (side: "champion" | "challenger") => ({
    modelId: scopes[side].modelId,
    policyId: policies[side].stored?.id ?? null,
  });
  const measured = {
    evidence: compareReadings(readings, { confidence: rule.confidence, replicates, seed }),
    certificate: await readCertificateEvidence(client, {
      dataset: scopes.champion.dataset,
      champion: place("champion"),
      challenger: place("challenger"),
    }),
    excluded,
    flips,
    championFingerprint: await readFingerprint(client, scopes.champion, filter),
    challengerFingerprint: await readFingerprint(client, scopes.challenger, filter),
  };
  return { measured, flipped };
}

function thresholdsOf({ policy }: ComparedPolicy): ComparedThresholds {
  return { ...policy, pLow: Number.isFinite(policy.pLow) ? policy.pLow : null };
}

interface Scopes {
  readonly champion: ReadingScope;
  readonly challenger: ReadingScope;
}

function requireTwoModels({ champion, challenger }: Scopes): void {
  if (champion.modelId !== challenger.modelId) return;
  throw new HairlineError("BAD_ARGUMENT", `${champion.model} cannot challenge itself.`, {
    field: "challenger",
    remedy: "Name two models.",
  });
}

async function readPairs(
  { client }: Snapshot,
  { request: { filter }, scopes, policies }: Pair,
): Promise<PairedUnits> {
  const { level, champion, challenger } = policies;
  const paired = await pairUnits(
    readUnits(client, { scope: scopes.champion, filter, level, policy: champion.policy }),
    readUnits(client, { scope: scopes.challenger, filter, level, policy: challenger.policy }),
    { champion: champion.policy.pLow, challenger: challenger.policy.pLow },
  );
  if (paired.flips.length > 0) return paired;
  const { dataset, model } = paired.excluded.onlyChampion === 0 ? scopes.champion : scopes.challenger;
  throw noPredictions(dataset, model);
}
