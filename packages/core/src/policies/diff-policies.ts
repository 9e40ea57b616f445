import type pg from "pg";
import { loadSql, streamRows } from "../db/index.ts";
import { resolveScope, type ReadingRequest, type ReadingScope } from "../readings/index.ts";
import { filterParams, noPredictions } from "../readings/scope.ts";
import { openSnapshot } from "../readings/snapshot.ts";
import { checkPolicy, policyParams, requireAlpha } from "../readings/triage-policy-params.ts";
import type { Outcome, Policy, TriageReason } from "../triage/index.ts";
import type { Level } from "./policy-store.ts";

export interface DiffRequest extends ReadingRequest {
  /** p_low on the raw scale, of both. */
  readonly first: Policy;
  readonly second: Policy;
}

/** How many images, or studies, the two policies read as this pair. */
export interface OutcomePair {
  readonly level: Level;
  readonly first: Outcome;
  readonly second: Outcome;
  readonly units: number;
  readonly positives: number;
  readonly negatives: number;
  readonly unlabelled: number;
}

/** An image, or study, that the two policies read differently. */
export interface PolicyFlip {
  readonly level: Level;
  /** Object key of the image, or key of the study. */
  readonly key: string;
  readonly studyKey: string;
  readonly bodyPart: string | null;
  readonly split: string | null;
  readonly label: 0 | 1 | null;
  /** Null for a study, as are the reasons. */
  readonly probability: number | null;
  readonly first: Outcome;
  readonly firstReason: TriageReason | null;
  readonly second: Outcome;
  readonly secondReason: TriageReason | null;
}

/** Two policies over one snapshot of the facts. */
export interface PolicyDiff extends AsyncDisposable {
  readonly scope: ReadingScope;
  /** Every pair that occurs, agreements included; images, then studies. */
  readonly pairs: readonly OutcomePair[];
  /** Images, then studies, by key; streamed in bounded memory, to be read once before disposal. */
  flips(): AsyncGenerator<PolicyFlip>;
}

interface PairRow {
  readonly level: Level;
  readonly outcome_a: Outcome;
  readonly outcome_b: Outcome;
  readonly label: 0 | 1 | null;
  readonly units: number;
}

interface FlipRow extends pg.QueryResultRow {
  readonly level: Level;
  readonly key: string;
  readonly study_key: string;
  readonly body_part: string | null;
  readonly split: string | null;
  readonly label: 0 | 1 | null;
  readonly probability: number | null;
  readonly outcome_a: Outcome;
  readonly reason_a: TriageReason | null;
  readonly outcome_b: Outcome;
  readonly reason_b: TriageReason | null;
}

/**
 * Compares two policies on the same facts: which images and studies flip, both ways.
 *
 * @throws HairlineError DATASET_NOT_FOUND, MODEL_NOT_FOUND, NO_PREDICTIONS; BAD_THRESHOLD; FACTS_MISSING
 */
export async function diffPolicies(request: DiffRequest): Promise<PolicyDiff> {
  const { database, first, second } = request;
  checkPolicy(first);
  checkPolicy(second);
  const scope = await resolveScope(request);
  const params = diffParams(scope, request);
  const snapshot = await openSnapshot(database);
  try {
    await requireAlpha(snapshot.client, scope, first);
    await requireAlpha(snapshot.client, scope, second);
    const { rows } = await snapshot.client.query<PairRow>(loadSql("policy-diff-counts"), params);
    if (rows.length === 0) throw noPredictions(scope.dataset, scope.model);
    return {
      scope,
      pairs: outcomePairs(rows),
      flips: () => streamFlips(snapshot.client, params),
      [Symbol.asyncDispose]: () => snapshot[Symbol.asyncDispose](),
    };
  } catch (error) {
    await snapshot[Symbol.asyncDispose]();
    throw error;
  }
}

function diffParams(scope: ReadingScope, { first, second, filter }: DiffRequest): unknown[] {
  const thresholds = (policy: Policy): unknown[] => policyParams(scope, { policy, filter }).slice(2, 7);
  return [
    scope.datasetId,
    scope.modelId,
    ...thresholds(first),
    ...thresholds(second),
    ...filterParams(filter),
  ];
}

function outcomePairs(rows: readonly PairRow[]): OutcomePair[] {
  const pairs = new Map<string, { -readonly [Key in keyof OutcomePair]: OutcomePair[Key] }>();
  for (const { level, outcome_a: first, outcome_b: second, label, units } of rows) {
    const key = `${level} ${first} ${second}`;
    const pair = pairs.get(key) ?? {
      level,
      first,
      second,
      units: 0,
      positives: 0,
      negatives: 0,
      unlabelled: 0,
    };
    pair.units += units;
    pair[label === null ? "unlabelled" : label === 1 ? "positives" : "negatives"] += units;
    pairs.set(key, pair);
  }
  return [...pairs.values()];
}

async function* streamFlips(client: pg.PoolClient, params: readonly unknown[]): AsyncGenerator<PolicyFlip> {
  const query = { sql: loadSql("policy-diff-flips"), params };
  for await (const rows of streamRows<FlipRow>(client, query)) yield* rows.map(policyFlip);
}

function policyFlip(row: FlipRow): PolicyFlip {
  return {
    level: row.level,
    key: row.key,
    studyKey: row.study_key,
    bodyPart: row.body_part,
    split: row.split,
    label: row.label,
    probability: row.probability,
    first: row.outcome_a,
    firstReason: row.reason_a,
    second: row.outcome_b,
    secondReason: row.reason_b,
  };
}
