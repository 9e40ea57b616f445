import type { StudyRule } from "../pooling/index.ts";
import { noPredictions, resolveScope, type ReadingRequest, type ReadingScope } from "../readings/scope.ts";
import { openSnapshot } from "../readings/snapshot.ts";
import { checkPolicy, requireAlpha } from "../readings/triage-policy-params.ts";
import { triage, type Policy } from "../triage/index.ts";
import { collectRows, type EvaluatedRow, type MeasureSettings, type RowCollector } from "./evaluated-rows.ts";
import { measure, type Measures } from "./measures.ts";
import { resolveSettings } from "./measure-settings.ts";
import { areaAt, type ScoredFacts, streamScoredFacts } from "./scored-facts.ts";
import { streamStudyReadings, type StudyReading } from "./study-readings.ts";

/** What measures can be split by. Studies have body part and split only. */
export const SLICES = ["body_part", "split", "view", "hardware"] as const;
export type Slice = (typeof SLICES)[number];

interface CommonRequest extends ReadingRequest {
  /** Without one only the probability is measured. */
  readonly policy?: Policy | undefined;
  readonly settings?: Partial<MeasureSettings> | undefined;
}

export interface ImageMeasuresRequest extends CommonRequest {
  readonly level: "image";
  readonly by?: Slice | undefined;
}

export interface StudyMeasuresRequest extends CommonRequest {
  readonly level: "study";
  readonly rule: StudyRule;
  readonly by?: Extract<Slice, "body_part" | "split"> | undefined;
}

export interface MeasuresReport {
  readonly scope: ReadingScope;
  readonly level: "image" | "study";
  readonly policy: Policy | null;
  readonly settings: MeasureSettings;
  readonly overall: Measures;
  readonly by: Slice | null;
  /** By name; null, for what is unknown, last. */
  readonly slices: readonly { readonly value: string | null; readonly measures: Measures }[];
}

/**
 * Measures a model's probabilities, and a policy's outcomes, on the labelled images or studies of a dataset, overall
 * and by slice: see `Measures`.
 *
 * @throws HairlineError DATASET_NOT_FOUND, MODEL_NOT_FOUND, NO_PREDICTIONS; BAD_THRESHOLD for the policy; BAD_ARGUMENT
 *   for a setting; FACTS_MISSING when the model has no area at the policy's alpha
 */
export async function measureReadings(
  request: ImageMeasuresRequest | StudyMeasuresRequest,
): Promise<MeasuresReport> {
  const { policy, by = null, level } = request;
  if (policy !== undefined) checkPolicy(policy);
  const settings = resolveSettings(
    policy === undefined ? { ...request.settings } : { ...request.settings, threshold: policy.pLow },
  );
  const scope = await resolveScope(request);
  const overall = collectRows();
  const slices = new Map<string | null, RowCollector>();
  let rows = 0;
  for await (const { row, value } of readRows(request, scope)) {
    rows += 1;
    overall.add(row);
    if (by === null) continue;
    const slice = slices.get(value) ?? collectRows();
    slices.set(value, slice);
    slice.add(row);
  }
  if (rows === 0) throw noPredictions(scope.dataset, scope.model);
  return {
    scope,
    level,
    policy: policy ?? null,
    settings,
    overall: measure(overall.columns(), settings),
    by,
    slices: [...slices]
      .sort(([a], [b]) => byName(a, b))
      .map(([value, collected]) => ({ value, measures: measure(collected.columns(), settings) })),
  };
}

/** By name, null last. */
export function byName(a: string | null, b: string | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return a < b ? -1 : a > b ? 1 : 0;
}

interface SlicedRow {
  readonly row: EvaluatedRow;
  readonly value: string | null;
}

async function* readRows(
  request: ImageMeasuresRequest | StudyMeasuresRequest,
  scope: ReadingScope,
): AsyncGenerator<SlicedRow> {
  await using snapshot = await openSnapshot(request.database);
  if (request.policy !== undefined) await requireAlpha(snapshot.client, scope, request.policy);
  const { filter, policy, by } = request;
  if (request.level === "study") {
    const query = { scope, filter, policy: policy ?? PROBABILITY_ONLY };
    for await (const study of streamStudyReadings(snapshot.client, query)) {
      yield { row: studyRow(study, request), value: studySlice(study, by) };
    }
    return;
  }
  const alpha = policy === undefined || policy.areaMax === null ? null : policy.alpha;
  for await (const facts of streamScoredFacts(snapshot.client, {
    scope,
    filter,
    alpha,
    labelledOnly: false,
  })) {
    yield { row: imageRow(facts, scope, policy), value: imageSlice(facts, by) };
  }
}

/** Reads nothing but the probability; its outcomes are not used. */
const PROBABILITY_ONLY: Policy = { pLow: 0.5, entropyMax: null, areaMax: null, alpha: 0.5 };

function imageRow(facts: ScoredFacts, scope: ReadingScope, policy: Policy | undefined): EvaluatedRow {
  const { label, probability, cluster } = facts;
  if (policy === undefined) return { label, probability, cluster };
  const area = policy.areaMax === null ? null : areaAt(facts, scope, policy.alpha);
  return { label, probability, cluster, outcome: triage({ ...facts, area }, policy).outcome };
}

function studyRow(study: StudyReading, { rule, policy }: StudyMeasuresRequest): EvaluatedRow {
  const { label, cluster } = study;
  const probability = study.probability[rule];
  return policy === undefined
    ? { label, cluster, probability }
    : { label, cluster, probability, outcome: study.outcome[rule] };
}

function imageSlice(facts: ScoredFacts, by: Slice | undefined): string | null {
  switch (by) {
    case "body_part":
      return facts.bodyPart;
    case "split":
      return facts.split;
    case "view":
      return facts.view;
    case "hardware":
      return facts.hardware === null ? null : facts.hardware ? "hardware" : "no hardware";
    case undefined:
      return null;
  }
}

function studySlice(study: StudyReading, by: Slice | undefined): string | null {
  if (by === "body_part") return study.bodyPart;
  return by === "split" ? study.split : null;
}
