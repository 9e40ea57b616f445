import { HairlineError } from "../errors.ts";
import {
  ablateGate,
  ablationGates,
  type AblationSettings,
  compareWithRejector,
  type Gate,
  type GateAblation,
  type GateBounds,
  gateConfidence,
  rejectorAugrc,
} from "../gates/index.ts";
import { areaColumn } from "../readings/alpha-source.ts";
import { noPredictions, resolveScope, type ReadingRequest, type ReadingScope } from "../readings/scope.ts";
import { openSnapshot } from "../readings/snapshot.ts";
import { checkPolicy } from "../readings/triage-policy-params.ts";
import { checkThreshold, type Policy } from "../triage/index.ts";
import { type FlaggedRead, readFlagged } from "./flagged-facts.ts";
import { hasScoredImage } from "./scored-facts.ts";

export interface AblationRequest extends ReadingRequest {
  /** Images at or above it are flagged: those a gate can defer. In [0, 1]; a policy's own takes its place. */
  readonly pLow: number;
  /** Its gates are ablated first, and all others at the coverage they leave. */
  readonly policy?: Policy | undefined;
  /** Share of the flagged images to keep at the operating point, in (0, 1]; without a policy 0.8. */
  readonly coverage?: number | undefined;
  /** Of the inverted and two-sided area gates, and of gates named without one. Default `defaultAlpha`. */
  readonly alpha?: number | undefined;
  /** Only these; default `ablationGates`. */
  readonly gates?: ((alpha: number) => readonly Gate[]) | undefined;
  readonly settings?: Partial<Omit<AblationSettings, "coverage">> | undefined;
}

export interface AblationReport {
  readonly scope: ReadingScope;
  readonly pLow: number;
  readonly labelled: number;
  /** Labelled images at or above p_low. */
  readonly flagged: number;
  /** Of them, fractures. */
  readonly flaggedFractures: number;
  /** Patients (or studies) among the flagged: what the intervals resample. */
  readonly clusters: number;
  /** Of keeping the highest probabilities; null when nothing is flagged. */
  readonly rejectorAugrc: number | null;
  /** `coverage` is the share of the flagged images each gate keeps at its operating point, or more where ties force it. */
  readonly settings: AblationSettings;
  readonly gates: readonly GateAblation[];
}

const DEFAULT_COVERAGE = 0.8;
const DEFAULT_SETTINGS = { confidence: 0.95, replicates: 1000, seed: 1 };

/** The model's alpha nearest to 0.5, the lower of two; 0.5 where it has none. */
export function defaultAlpha(alphas: readonly number[]): number {
  return alphas.toSorted((a, b) => Math.abs(a - 0.5) - Math.abs(b - 0.5) || a - b)[0] ?? 0.5;
}

/**
 * What each gate buys on the stored facts of a dataset, against keeping the highest probabilities: see `ablateGate`.
 *
 * @throws HairlineError DATASET_NOT_FOUND, MODEL_NOT_FOUND, NO_PREDICTIONS; BAD_THRESHOLD for p_low, alpha or policy;
 *   BAD_ARGUMENT for a setting out of range, a gate that does not exist, or gates at two alphas without a column
 */
export async function ablateGates(request: AblationRequest): Promise<AblationReport> {
  const { policy } = request;
  if (policy !== undefined) checkPolicy(policy);
  const pLow = checkThreshold("p_low", policy?.pLow ?? request.pLow);
  const requested = {
    ...DEFAULT_SETTINGS,
    ...request.settings,
    coverage: request.coverage ?? DEFAULT_COVERAGE,
  };
  checkCoverage(requested.coverage);
  const scope = await resolveScope(request);
  const alpha = checkThreshold("alpha", request.alpha ?? defaultAlpha(scope.alphas));
  const gates = request.gates?.(alpha) ?? ablationGates(scope.alphas, alpha);
  const read = await readGated(request, { scope, gates, pLow });
  if (read.labelled === 0) await requireScored(request, scope);
  const { facts } = read;
  const coverage = policy === undefined ? requested.coverage : policyCoverage(read);
  const settings = { ...requested, coverage };
  return {
    scope,
    pLow,
    labelled: read.labelled,
    flagged: facts.label.length,
    flaggedFractures: countOnes(facts.label),
    clusters: new Set(facts.cluster).size,
    rejectorAugrc: rejectorAugrc(facts),
    settings,
    gates: [
      ...(policy === undefined ? [] : [ablatePolicy(policy, read, settings)]),
      ...gates.map((gate) => ablateGate(gate, facts, settings)),
    ],
  };
}

function checkCoverage(coverage: number): void {
  if (coverage > 0 && coverage <= 1) return;
  throw new HairlineError("BAD_ARGUMENT", `The coverage is ${coverage}.`, {
    field: "coverage",
    remedy: "Give a share above 0 and at most 1.",
  });
}

async function readGated(
  { database, filter, policy }: AblationRequest,
  { scope, gates, pLow }: { scope: ReadingScope; gates: readonly Gate[]; pLow: number },
): Promise<FlaggedRead> {
  const policyAlpha = policy === undefined || policy.areaMax === null ? null : policy.alpha;
  const alphas = [...new Set([...gates.map((gate) => gate.alpha), policyAlpha])].filter(
    (each) => each !== null,
  );
  const [gridAlpha = null, second] = alphas.filter((each) => areaColumn(scope.alphas, each) === null);
  if (second !== undefined) {
    throw new HairlineError(
      "BAD_ARGUMENT",
      `No column holds the areas at alpha ${gridAlpha} and ${second}.`,
      {
        field: "alpha",
        remedy: `Ask for one alpha at a time besides those the model has (${scope.alphas.join(", ") || "none"}).`,
      },
    );
  }
  await using snapshot = await openSnapshot(database);
  return await readFlagged(snapshot.client, { scope, filter, pLow, alphas, gridAlpha, policy });
}

/** Nothing labelled is a finding, nothing scored a mistake. */
async function requireScored({ database, filter }: AblationRequest, scope: ReadingScope): Promise<void> {
  await using snapshot = await openSnapshot(database);
  if (!(await hasScoredImage(snapshot.client, { scope, filter })))
    throw noPredictions(scope.dataset, scope.model);
}

function policyCoverage({ keptByPolicy }: FlaggedRead): number {
  return keptByPolicy.length === 0 ? 1 : countOnes(keptByPolicy) / keptByPolicy.length;
}

/** The policy's own gates: what they keep is given, their order is that of the gate they are a point of. */
function ablatePolicy(
  policy: Policy,
  { facts, keptByPolicy }: FlaggedRead,
  settings: AblationSettings,
): GateAblation {
  const confidence = gateConfidence(gateOfPolicy(policy), facts);
  return compareWithRejector(
    { name: "policy", confidence, kept: keptByPolicy, bounds: boundsOf(policy) },
    facts,
    settings,
  );
}

function gateOfPolicy({ entropyMax, areaMax, alpha }: Policy): Gate {
  if (areaMax !== null)
    return { measure: entropyMax === null ? "area" : "both", direction: "at_most", alpha };
  return { measure: entropyMax === null ? "degenerate" : "entropy", direction: "at_most", alpha: null };
}

function boundsOf({ entropyMax, areaMax, alpha }: Policy): GateBounds[] {
  const bounds: GateBounds[] = [];
  if (entropyMax !== null) bounds.push({ measure: "entropy", alpha: null, min: null, max: entropyMax });
  if (areaMax !== null) bounds.push({ measure: "area", alpha, min: null, max: areaMax });
  return bounds;
}

function countOnes(flags: Uint8Array): number {
  return flags.reduce((count, flag) => count + flag, 0);
}
