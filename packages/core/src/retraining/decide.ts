import { championFor, comparisonById, compareModels, promoteModel } from "../champions/index.ts";
import type { Database } from "../db/index.ts";
import { HairlineError, isHairlineError } from "../errors.ts";
import { policyById } from "../policies/index.ts";
import { championPolicy } from "./issue-policy.ts";
import { endRetraining, type Retraining, takeStep } from "./retraining-row.ts";

/** Compares challenger and champion on the certification splits. */
export async function compareChallenger(
  database: Database,
  retraining: Retraining & { readonly challenger: string },
  signal: AbortSignal,
): Promise<void> {
  const { dataset, champion, challenger, policyId, settings } = retraining;
  const stored = await championPolicy(database, retraining);
  const own = policyId === null ? stored : await policyById(database.pool, policyId);
  const { comparison } = await compareModels({
    database,
    dataset,
    filter: { splits: settings.certificationSplits },
    champion,
    challenger,
    championPolicy: { stored, policy: stored.policy },
    challengerPolicy: { stored: own, policy: own.policy },
    rule: settings.rule,
    author: `retraining ${retraining.id}`,
    signal,
  });
  await takeStep(database.pool, retraining.id, { state: "deciding", comparisonId: comparison.id });
}

/** Promotes, where the rule lets it and the settings do, or keeps the champion; done again, it finds what it did. */
export async function decideRetraining(database: Database, retraining: Retraining): Promise<void> {
  const { id, dataset, comparisonId, challengerId, settings } = retraining;
  if (comparisonId === null) throw new HairlineError("INTERNAL", `Retraining ${id} has no comparison.`);
  const comparison = await comparisonById(database.pool, comparisonId);
  const failed = comparison.reasons.filter(({ passed }) => !passed).map(({ reason }) => reason);
  if (!comparison.promote) return endRetraining(database, id, { decision: "kept", reasons: failed });
  const passed = comparison.reasons.map(({ reason }) => reason);
  const champion = await championFor(database, dataset);
  if (champion?.modelId !== challengerId) {
    if (!settings.promote) {
      const reasons = ["the rule lets it be promoted; the settings leave that to a person", ...passed];
      return endRetraining(database, id, { decision: "kept", reasons });
    }
    const refusal = await promote(database, comparison, { id, place: champion?.dataset ?? null });
    if (refusal !== undefined) return endRetraining(database, id, { decision: "kept", reasons: [refusal] });
  }
  return endRetraining(database, id, { decision: "promoted", reasons: passed });
}

/** @returns why not */
async function promote(
  database: Database,
  { challenger, id: comparisonId }: { readonly challenger: string; readonly id: number },
  { id, place }: { readonly id: number; readonly place: string | null },
): Promise<string | undefined> {
  try {
    const author = `retraining ${id}`;
    await promoteModel({ database, model: challenger, dataset: place, comparisonId, author });
    return undefined;
  } catch (error) {
    if (isHairlineError(error) && error.code === "PROMOTION_REFUSED") return error.message;
    throw error;
  }
}
