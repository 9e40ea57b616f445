import { candidateConfigs, claimEvidence, type Candidate, type Claim } from "../certificates/index.ts";
import type { Database } from "../db/index.ts";
import { HairlineError } from "../errors.ts";
import { sweepStudies } from "../analysis/index.ts";
import { sweep, type ImageFilter, type ReadingScope } from "../readings/index.ts";
import {
  countsAt,
  repeatsEarlierAlpha,
  type RankableMetric,
  type SweepCounts,
  type SweepGrid,
} from "../triage/index.ts";
import { openSnapshot } from "../readings/snapshot.ts";
import { readFingerprint } from "./fingerprint.ts";
import type { Level } from "./policy-store.ts";
import { describeSelection } from "./selection.ts";

export interface PolicySearch {
  readonly database: Database;
  readonly scope: ReadingScope;
  readonly filter: ImageFilter;
  readonly level: Level;
  /** p_low on the raw scale. */
  readonly grid: SweepGrid;
  readonly claims: readonly Claim[];
  readonly objective: RankableMetric;
  /** The most candidates to give. */
  readonly limit: number;
  readonly signal?: AbortSignal | undefined;
}

export interface PolicySearchResult {
  readonly counts: SweepCounts;
  /** Labelled fractures, inconclusive ones included. */
  readonly positives: number;
  /** At least one, in testing order: safest first. */
  readonly candidates: readonly Candidate[];
  /** Of the facts and labels searched. */
  readonly fingerprint: string;
}

/**
 * Sweeps a grid over the labelled images, or studies, of a selection for the configs worth testing elsewhere.
 *
 * @throws HairlineError POLICY_INFEASIBLE when no config meets all claims; BAD_ARGUMENT, BAD_THRESHOLD,
 *   NO_PREDICTIONS, FACTS_MISSING
 */
export async function searchPolicies(search: PolicySearch): Promise<PolicySearchResult> {
  const { database, scope, filter, grid, claims, objective, limit, signal } = search;
  await using snapshot = await openSnapshot(database, { signal });
  const request = { database, dataset: scope.dataset, model: scope.model, filter, grid, signal, snapshot };
  const { counts, labelled } = await (search.level === "study"
    ? sweepStudies({ ...request, rule: "views" })
    : sweep({ ...request, rocAuc: false }));
  const positives = labelled.positive;
  const skip = (index: number): boolean => repeatsEarlierAlpha(grid, index);
  const candidates = candidateConfigs(counts, { claims, objective, limit, positives, skip });
  if (candidates.length === 0) throw infeasible(search, counts, positives);
  return {
    counts,
    positives,
    candidates,
    fingerprint: await readFingerprint(snapshot.client, scope, filter),
  };
}

function infeasible({ scope, filter, claims }: PolicySearch, counts: SweepCounts, positives: number) {
  const best = claims.map(({ metric, target }) => {
    const value = bestOf(metric, counts, positives);
    return `${metric} ${value === null ? "is undefined" : `reaches ${value.toFixed(3)}`} of ${target}`;
  });
  const images = describeSelection({ dataset: scope.dataset, filter });
  return new HairlineError(
    "POLICY_INFEASIBLE",
    `No config of the grid meets all claims on ${images}. Each by itself: ${best.join("; ")}.`,
    { remedy: "Widen the grid or ask for less." },
  );
}

function bestOf(metric: Claim["metric"], counts: SweepCounts, positives: number): number | null {
  let best: number | null = null;
  for (let index = 0; index < counts.tp.length; index++) {
    const { successes, trials } = claimEvidence(metric, { ...countsAt(counts, index), positives });
    if (trials > 0) best = Math.max(best ?? 0, successes / trials);
  }
  return best;
}
