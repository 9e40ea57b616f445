import {
  candidateConfigs,
  claimEvidence,
  type Candidate,
  type Claim,
  type LabelledOutcomes,
} from "../certificates/index.ts";
import type { Database } from "../db/index.ts";
import { HairlineError } from "../errors.ts";
import { sweep, type ImageFilter, type ReadingScope } from "../readings/index.ts";
import {
  configAt,
  configCount,
  countsAt,
  repeatsEarlierAlpha,
  type RankableMetric,
  type SweepCounts,
  type SweepGrid,
} from "../triage/index.ts";
import { readLabelledOutcomes } from "./certification-outcomes.ts";
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
}

export interface PolicySearchResult {
  readonly counts: SweepCounts;
  /** Labelled fractures, inconclusive ones included. */
  readonly positives: number;
  /** At least one, in testing order: safest first. */
  readonly candidates: readonly Candidate[];
}

/** Studies are read config by config, so a grid for them is kept small. */
export const MAX_STUDY_CONFIGS = 2_000;

/**
 * Sweeps a grid over the labelled images, or studies, of a selection for the configs worth testing elsewhere.
 *
 * @throws HairlineError POLICY_INFEASIBLE when no config meets all claims; BAD_ARGUMENT for more than
 *   MAX_STUDY_CONFIGS configs of studies; BAD_THRESHOLD, NO_PREDICTIONS, FACTS_MISSING
 */
export async function searchPolicies(search: PolicySearch): Promise<PolicySearchResult> {
  const { grid, claims, objective, limit } = search;
  const { counts, positives } = await (search.level === "study" ? sweepStudies(search) : sweepImages(search));
  const skip = (index: number): boolean => repeatsEarlierAlpha(grid, index);
  const candidates = candidateConfigs(counts, { claims, objective, limit, positives, skip });
  if (candidates.length === 0) throw infeasible(search, counts, positives);
  return { counts, positives, candidates };
}

async function sweepImages({ database, scope, filter, grid }: PolicySearch) {
  const { dataset, model } = scope;
  const { counts, labelled } = await sweep({ database, dataset, model, filter, grid });
  return { counts, positives: labelled.positive };
}

async function sweepStudies({ database, scope, filter, grid }: PolicySearch) {
  const configs = configCount(grid);
  if (configs > MAX_STUDY_CONFIGS) {
    throw new HairlineError(
      "BAD_ARGUMENT",
      `The grid has ${configs} configs; for studies there can be ${MAX_STUDY_CONFIGS}.`,
      { field: "level", remedy: "Use fewer values or a wider step." },
    );
  }
  const outcomes = await readLabelledOutcomes(database.pool, {
    scope,
    filter,
    level: "study",
    sampling: "all",
    policies: Array.from({ length: configs }, (_, index) => configAt(grid, index)),
  });
  const column = (key: keyof LabelledOutcomes): Uint32Array =>
    Uint32Array.from(outcomes, (each) => each[key]);
  const counts = {
    tp: column("tp"),
    fp: column("fp"),
    tn: column("tn"),
    fn: column("fn"),
    inconclusive: column("inconclusive"),
  };
  return { counts, positives: outcomes[0]?.positives ?? 0 };
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
