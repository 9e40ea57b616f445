import { loadSql } from "../db/index.ts";
import {
  countOf,
  outcomeOf,
  TRIAGE_REASONS,
  triageMetrics,
  type Outcome,
  type Policy,
  type TriageCounts,
  type TriageMetrics,
  type TriageReason,
} from "../triage/index.ts";
import type { AlphaSource } from "./alpha-source.ts";
import { openSnapshot } from "./snapshot.ts";
import { noPredictions, resolveScope, type ReadingRequest, type ReadingScope } from "./scope.ts";
import { checkPolicy, policyAlphaSource, policyParams, requireAlpha } from "./triage-policy-params.ts";

export interface TriageRequest extends ReadingRequest {
  readonly policy: Policy;
}

/** Triage of a group of images. */
export interface TriageSummary {
  /** Scored images, labelled or not. */
  readonly images: number;
  readonly labelled: number;
  /** All images by outcome. */
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** All images by what decided. */
  readonly reasons: Readonly<Record<TriageReason, number>>;
  /** Labelled images only, as are the metrics. */
  readonly counts: TriageCounts;
  readonly metrics: TriageMetrics;
}

export interface TriageReport {
  readonly scope: ReadingScope;
  readonly policy: Policy;
  readonly alphaSource: AlphaSource;
  readonly overall: TriageSummary;
  /** By name, the unknown body part (null) last. */
  readonly bodyParts: readonly (TriageSummary & { readonly bodyPart: string | null })[];
}

interface CountRow {
  readonly body_part: string | null;
  readonly reason: TriageReason;
  readonly label: 0 | 1 | null;
  readonly images: number;
}

/**
 * One policy over the stored facts of a dataset: counts, metrics and reasons, overall and per body part.
 *
 * @throws HairlineError DATASET_NOT_FOUND, MODEL_NOT_FOUND, NO_PREDICTIONS; BAD_THRESHOLD for the policy;
 *   FACTS_MISSING when the model has no area at the policy's alpha for any image
 */
export async function triageDataset(request: TriageRequest): Promise<TriageReport> {
  const { policy } = request;
  checkPolicy(policy);
  const scope = await resolveScope(request);
  const rows = await readCounts(request, scope);
  if (rows.length === 0) throw noPredictions(scope.dataset, scope.model);
  return {
    scope,
    policy,
    alphaSource: policyAlphaSource(scope, policy),
    overall: summarise(rows),
    bodyParts: [...new Set(rows.map((row) => row.body_part))].map((bodyPart) => ({
      bodyPart,
      ...summarise(rows.filter((row) => row.body_part === bodyPart)),
    })),
  };
}

async function readCounts(request: TriageRequest, scope: ReadingScope): Promise<CountRow[]> {
  const { database, policy, filter } = request;
  await using snapshot = await openSnapshot(database);
  await requireAlpha(snapshot.client, scope, policy);
  const params = policyParams(scope, { policy, filter });
  return (await snapshot.client.query<CountRow>(loadSql("triage-counts"), params)).rows;
}

function summarise(rows: readonly CountRow[]): TriageSummary {
  const outcomes = { negative: 0, positive: 0, inconclusive: 0 };
  const reasons = Object.fromEntries(TRIAGE_REASONS.map((reason) => [reason, 0])) as Record<
    TriageReason,
    number
  >;
  const counts = { tp: 0, fp: 0, tn: 0, fn: 0, inconclusive: 0 };
  let images = 0;
  let labelled = 0;
  for (const row of rows) {
    const outcome = outcomeOf(row.reason);
    images += row.images;
    outcomes[outcome] += row.images;
    reasons[row.reason] += row.images;
    if (row.label === null) continue;
    labelled += row.images;
    counts[countOf(outcome, row.label)] += row.images;
  }
  return { images, labelled, outcomes, reasons, counts, metrics: triageMetrics(counts) };
}
