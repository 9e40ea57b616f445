import { countsAt, triageMetrics, type RankableMetric, type SweepCounts } from "../triage/index.ts";
import { claimEvidence, type Claim } from "./claim.ts";
import { safetyOf } from "./safety.ts";

export interface CandidateSearch {
  readonly claims: readonly Claim[];
  /** What to have the most of, among the configs that meet the claims. */
  readonly objective: RankableMetric;
  /** At least 1: the most candidates to give. */
  readonly limit: number;
  /** Labelled fractures, inconclusive ones included: what every config's counts are about. */
  readonly positives: number;
  /** Leaves out configs by index, such as repeats. */
  readonly skip?: (index: number) => boolean;
}

/** A config worth testing on other images. */
export interface Candidate {
  /** Index of the config in the sweep. */
  readonly index: number;
  /** In nats, at least 0; see `safetyOf`. */
  readonly safety: number;
  readonly objective: number;
}

/**
 * The configs of a tuning sweep to test for certification, in testing order: safest first, each later one with less
 * margin to the claims and more of the objective. No config of the sweep is better in both than a candidate, unless
 * the front had more than `limit`: it is then thinned evenly, both ends kept. Empty when no config meets the claims.
 *
 * @see Laufer-Goldshlager et al. 2023 (Pareto testing), arXiv:2210.07913
 */
export function candidateConfigs(counts: SweepCounts, search: CandidateSearch): Candidate[] {
  const feasible: Candidate[] = [];
  for (let index = 0; index < counts.tp.length; index++) {
    const candidate = candidateAt(counts, search, index);
    if (candidate !== undefined) feasible.push(candidate);
  }
  feasible.sort((a, b) => b.safety - a.safety || b.objective - a.objective || a.index - b.index);
  const front: Candidate[] = [];
  for (const candidate of feasible) {
    if (candidate.objective > (front.at(-1)?.objective ?? -Infinity)) front.push(candidate);
  }
  return thinned(front, search.limit);
}

function candidateAt(counts: SweepCounts, search: CandidateSearch, index: number): Candidate | undefined {
  if (search.skip?.(index) === true) return undefined;
  const outcomes = { ...countsAt(counts, index), positives: search.positives };
  const objective = triageMetrics(outcomes)[search.objective];
  if (objective === null) return undefined;
  const evidence = search.claims.map(({ metric }) => claimEvidence(metric, outcomes));
  const safety = safetyOf(search.claims, evidence);
  return safety === null ? undefined : { index, safety, objective };
}

function thinned(front: readonly Candidate[], limit: number): Candidate[] {
  if (front.length <= limit) return [...front];
  if (limit === 1) return front.slice(-1);
  const step = (front.length - 1) / (limit - 1);
  const kept = Array.from({ length: limit }, (_, at) => front[Math.round(at * step)]);
  return kept.filter((candidate) => candidate !== undefined);
}
