import type pg from "pg";
import { areaAt, streamScoredFacts } from "../analysis/scored-facts.ts";
import { streamStudyReadings } from "../analysis/study-readings.ts";
import type { Level } from "../policies/index.ts";
import type { ImageFilter, ReadingScope } from "../readings/index.ts";
import { requireAlpha } from "../readings/triage-policy-params.ts";
import { type Outcome, type Policy, triageOutcome } from "../triage/index.ts";

/** A scored image, or study, under a model's policy. */
export interface ReadUnit {
  /** Id of the image, or key of the study. */
  readonly unit: number | string;
  readonly cluster: number;
  readonly label: 0 | 1 | null;
  readonly bodyPart: string | null;
  readonly probability: number;
  readonly outcome: Outcome;
}

export interface UnitsQuery {
  readonly scope: ReadingScope;
  readonly filter: ImageFilter | undefined;
  readonly level: Level;
  /** p_low on the raw scale. */
  readonly policy: Policy;
}

/**
 * What a model scored, streamed; the client must be in a transaction. A study's probability is that of its leading view.
 *
 * @throws HairlineError FACTS_MISSING when the model has no area at the policy's alpha
 */
export async function* readUnits(client: pg.PoolClient, query: UnitsQuery): AsyncGenerator<ReadUnit> {
  const { scope, filter, policy, level } = query;
  await requireAlpha(client, scope, policy);
  if (level === "study") {
    for await (const study of streamStudyReadings(client, { scope, policy, filter })) {
      yield {
        ...study,
        unit: study.studyKey,
        probability: study.probability.views,
        outcome: study.outcome.views,
      };
    }
    return;
  }
  const alpha = policy.areaMax === null ? null : policy.alpha;
  for await (const facts of streamScoredFacts(client, { scope, filter, alpha, labelledOnly: false })) {
    const area = alpha === null ? null : areaAt(facts, scope, alpha);
    yield { ...facts, unit: facts.imageId, outcome: triageOutcome({ ...facts, area }, policy) };
  }
}
