import { type Estimate, UNKNOWN } from "../gates/index.ts";
import { type MuraKappa, muraKappaOf, STUDY_RULES, type StudyRule } from "../pooling/index.ts";
import { noPredictions, resolveScope, type ReadingRequest, type ReadingScope } from "../readings/scope.ts";
import { openSnapshot } from "../readings/snapshot.ts";
import { checkPolicy, requireAlpha } from "../readings/triage-policy-params.ts";
import { type Outcome, OUTCOMES, type Policy } from "../triage/index.ts";
import { type Proportion } from "./decisions.ts";
import { collectRows, type MeasureSettings, type RowCollector } from "./evaluated-rows.ts";
import { byName } from "./measure-readings.ts";
import { measure, type Measures } from "./measures.ts";
import { resolveSettings } from "./measure-settings.ts";
import { streamStudyReadings, type StudyReading } from "./study-readings.ts";

export interface StudyRequest extends ReadingRequest {
  readonly policy: Policy;
}

export interface StudyComparisonRequest extends StudyRequest {
  /** Whose kappas are given by body part. Default `views`. */
  readonly rule?: StudyRule | undefined;
  readonly settings?: Partial<MeasureSettings> | undefined;
}

export interface StudyRuleMeasures {
  readonly rule: StudyRule;
  /** All studies, labelled or not. */
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly measures: Measures;
}

/** Agreement with the labels in one body part, beside what was published for MURA. */
export interface BodyPartKappa {
  /** Null where the study's images do not share one; "overall" is all of them. */
  readonly bodyPart: string | null;
  readonly labelled: number;
  readonly coverage: Proportion | null;
  /** Of decided studies. */
  readonly kappa: Estimate;
  /** Of forced readings of all studies at p_low. */
  readonly forcedKappa: Estimate;
  /** Null for a body part that MURA has not. */
  readonly published: MuraKappa | null;
  /** Why a kappa is null. */
  readonly reason: string | null;
}

export interface StudyComparison {
  readonly scope: ReadingScope;
  readonly policy: Policy;
  readonly studies: number;
  /** Studies with an image that is not among their views: not scored, or not taken by the filter. */
  readonly incomplete: number;
  readonly settings: MeasureSettings;
  readonly rules: readonly StudyRuleMeasures[];
  readonly kappaRule: StudyRule;
  /** By name, the unknown body part after the named, overall last. */
  readonly bodyParts: readonly BodyPartKappa[];
}

/**
 * Reads every study by every rule under one policy, and measures each rule on the labelled studies.
 *
 * @throws HairlineError DATASET_NOT_FOUND, MODEL_NOT_FOUND, NO_PREDICTIONS; BAD_THRESHOLD for the policy; BAD_ARGUMENT
 *   for a setting; FACTS_MISSING when the model has no area at the policy's alpha
 */
export async function compareStudyRules(request: StudyComparisonRequest): Promise<StudyComparison> {
  const { policy, rule: kappaRule = "views" } = request;
  const settings = resolveSettings({ ...request.settings, threshold: policy.pLow });
  const scope = await resolveScope(request);
  const read = {
    all: collectorByRule(),
    bodyParts: new Map<string | null, RowCollector>(),
    studies: 0,
    incomplete: 0,
  };
  for await (const study of readStudies(request)) {
    read.studies += 1;
    if (study.views < study.images) read.incomplete += 1;
    for (const rule of STUDY_RULES) read.all[rule].add(rowOf(study, rule));
    const bodyPart = read.bodyParts.get(study.bodyPart) ?? collectRows();
    read.bodyParts.set(study.bodyPart, bodyPart);
    bodyPart.add(rowOf(study, kappaRule));
  }
  const rules = STUDY_RULES.map((rule) => measureRule(rule, read.all[rule], settings));
  const overall = rules.find(({ rule }) => rule === kappaRule)?.measures;
  return {
    scope,
    policy,
    studies: read.studies,
    incomplete: read.incomplete,
    settings,
    rules,
    kappaRule,
    bodyParts: [
      ...[...read.bodyParts]
        .sort(([a], [b]) => byName(a, b))
        .map(([bodyPart, rows]) => kappaOf(bodyPart, measure(rows.columns(), settings))),
      ...(overall === undefined ? [] : [kappaOf("overall", overall)]),
    ],
  };
}

/**
 * Each study of a dataset with its readings under a policy, by key, streamed in bounded memory from one snapshot.
 *
 * @throws HairlineError as `compareStudyRules`
 */
export async function* readStudies(request: StudyRequest): AsyncGenerator<StudyReading> {
  const { database, policy, filter } = request;
  checkPolicy(policy);
  const scope = await resolveScope(request);
  await using snapshot = await openSnapshot(database);
  await requireAlpha(snapshot.client, scope, policy);
  let studies = 0;
  for await (const study of streamStudyReadings(snapshot.client, { scope, policy, filter })) {
    studies += 1;
    yield study;
  }
  if (studies === 0) throw noPredictions(scope.dataset, scope.model);
}

function collectorByRule(): Record<StudyRule, RowCollector> {
  return {
    views: collectRows(),
    mean: collectRows(),
    max: collectRows(),
    min: collectRows(),
    noisy_or: collectRows(),
  };
}

function rowOf({ label, cluster, probability, outcome }: StudyReading, rule: StudyRule) {
  return { label, cluster, probability: probability[rule], outcome: outcome[rule] };
}

function measureRule(rule: StudyRule, rows: RowCollector, settings: MeasureSettings): StudyRuleMeasures {
  const columns = rows.columns();
  const outcomes = { negative: 0, positive: 0, inconclusive: 0 };
  for (const place of columns.outcome ?? []) outcomes[OUTCOMES[place] ?? "inconclusive"] += 1;
  return { rule, outcomes, measures: measure(columns, settings) };
}

function kappaOf(bodyPart: string | null, { labelled, decisions, reason }: Measures): BodyPartKappa {
  return {
    bodyPart,
    labelled,
    coverage: decisions?.coverage ?? null,
    kappa: decisions?.kappa ?? UNKNOWN,
    forcedKappa: decisions?.forcedKappa ?? UNKNOWN,
    published: bodyPart === null ? null : (muraKappaOf(bodyPart) ?? null),
    reason,
  };
}
