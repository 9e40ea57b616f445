import { checkClaims, type Claim, type LabelledOutcomes } from "../certificates/index.ts";
import { inTransaction, type Database } from "../db/index.ts";
import { HairlineError } from "../errors.ts";
import { resolveScope, type ImageFilter, type ReadingScope } from "../readings/index.ts";
import {
  configAt,
  countsAt,
  triageMetrics,
  type RankableMetric,
  type SweepGrid,
  type TriageMetrics,
} from "../triage/index.ts";
import { requireModel, type StoredCalibrator } from "./calibrator-store.ts";
import type { Certificate } from "./certificate-store.ts";
import { certificationDefaults, storeCertificates, type CertificationOptions } from "./certify-policy.ts";
import {
  insertPolicy,
  type Level,
  type NewPolicy,
  type PolicyTuning,
  type StoredPolicy,
} from "./policy-store.ts";
import { rawGrid, type PLowScale } from "./raw-policy.ts";
import { checkName, formatReference } from "./reference.ts";
import { searchPolicies, type PolicySearchResult } from "./search-policies.ts";
import { imageFilter, storedFilter } from "./selection.ts";
import { requireDisjoint } from "./shared-patients.ts";
import { testSlices, type CertificationPlan, type TestedSlices } from "./test-slices.ts";

export interface ChooseRequest extends CertificationOptions {
  readonly database: Database;
  readonly dataset: string;
  readonly model?: string | undefined;
  /** The chosen policy becomes the next version of this name. */
  readonly name: string;
  /** Images to search on, and images of other patients to certify on. */
  readonly tune: ImageFilter;
  readonly certify: ImageFilter;
  /** p_low on `pLowScale`. */
  readonly grid: SweepGrid;
  readonly claims: readonly Claim[];
  readonly objective: RankableMetric;
  readonly level?: Level | undefined;
  readonly calibrator?: StoredCalibrator | undefined;
  /** Default raw. */
  readonly pLowScale?: PLowScale | undefined;
  /** The most configs to put to the test; default 50. */
  readonly candidates?: number | undefined;
  readonly note?: string | undefined;
  /** Cancels the search, on the server too. */
  readonly signal?: AbortSignal | undefined;
}

/** Outcomes of labelled images, or studies, and their metrics. */
export interface JudgedPolicy {
  readonly outcomes: LabelledOutcomes;
  readonly metrics: TriageMetrics;
}

/** A chosen policy and what was promised of it. */
export interface ChosenPolicy {
  readonly policy: StoredPolicy;
  /** On the tuning images, which chose it: too good. */
  readonly tuning: JudgedPolicy;
  /** On the images it was certified on, by the certificate's sampling. */
  readonly certification: JudgedPolicy;
  /** Pooled first, then per body part. */
  readonly certificates: readonly Certificate[];
}

/**
 * Searches a grid on one split for the policy that has the most of an objective and meets all claims, and certifies it
 * on another: the candidates, from safest to best, are tested there, and the last that passes is chosen. When none does
 * the safest is stored, with a refusal that says what it would take.
 *
 * @throws HairlineError SPLITS_OVERLAP; POLICY_INFEASIBLE when no config meets the claims on the tuning images;
 *   BAD_ARGUMENT, BAD_THRESHOLD, DATASET_NOT_FOUND, MODEL_NOT_FOUND, NO_PREDICTIONS, FACTS_MISSING
 */
export async function choosePolicy(request: ChooseRequest): Promise<ChosenPolicy> {
  const { database, claims, level = "image", tune: filter } = request;
  checkClaims(claims);
  checkName("name", request.name);
  const scope = await resolveScope(request);
  await checkSources(request, scope);
  const grid = rawGrid(
    request.grid,
    request.pLowScale === "calibrated" ? request.calibrator?.calibrator : undefined,
  );
  const { objective, candidates: limit = 50, signal } = request;
  const search = { database, scope, filter, level, grid, claims, objective, limit, signal };
  const found = await searchPolicies(search);
  const plan: CertificationPlan = {
    scope,
    filter: request.certify,
    level,
    ...certificationDefaults(request),
    claims,
    policies: found.candidates.map(({ index }) => configAt(grid, index)),
  };
  return storeChoice(request, { plan, found, results: await testSlices(database, plan) });
}

/** The images that choose must be others than those that judge, and the calibrator this model's. */
async function checkSources(request: ChooseRequest, { dataset, modelId }: ReadingScope): Promise<void> {
  const { database, tune: filter, certify, calibrator } = request;
  const judging = { dataset, filter: certify };
  const used = { dataset, filter };
  await requireDisjoint(database, { source: "The policy is to be tuned on", used, judging });
  if (calibrator === undefined) return;
  requireModel(calibrator, modelId);
  await requireDisjoint(database, {
    source: `The calibrator ${formatReference(calibrator)} was fit on`,
    used: { dataset: calibrator.dataset, filter: imageFilter(calibrator) },
    judging,
  });
}

interface Choice {
  readonly plan: CertificationPlan;
  readonly found: PolicySearchResult;
  readonly results: TestedSlices;
}

async function storeChoice(request: ChooseRequest, choice: Choice): Promise<ChosenPolicy> {
  const { plan, found, results } = choice;
  const [pooled] = results.slices;
  const at = Math.max(0, pooled?.tested.findLastIndex(({ certified }) => certified) ?? 0);
  const chosen = found.candidates[at];
  const judged = pooled?.outcomes[at];
  if (chosen === undefined || judged === undefined)
    throw new HairlineError("INTERNAL", "No candidate was tested.");
  const { author } = request;
  const tuning = tuningOf(request, choice);
  return inTransaction(request.database.pool, async (client) => {
    const policy = await insertPolicy(client, { ...newPolicy(request, chosen.index), tuning });
    const certificates = await storeCertificates(client, { plan, results, policy, at, author });
    const tuned = { ...countsAt(found.counts, chosen.index), positives: found.positives };
    return {
      policy,
      tuning: { outcomes: tuned, metrics: triageMetrics(tuned) },
      certification: { outcomes: judged, metrics: triageMetrics(judged) },
      certificates,
    };
  });
}

function newPolicy(request: ChooseRequest, index: number): NewPolicy {
  const { name, level = "image", pLowScale = "raw", calibrator, author, note } = request;
  return { name, level, thresholds: configAt(request.grid, index), pLowScale, calibrator, author, note };
}

function tuningOf(request: ChooseRequest, { plan, found }: Choice): PolicyTuning {
  const { tune: filter, objective, claims, grid } = request;
  return {
    dataset: plan.scope.dataset,
    model: plan.scope.model,
    ...storedFilter(filter),
    fingerprint: found.fingerprint,
    objective,
    claims,
    grid,
    configs: found.counts.tp.length,
    candidates: found.candidates.length,
  };
}
