import type pg from "pg";
import { labelsNeeded, type Claim, type Procedure } from "../certificates/index.ts";
import { inTransaction, type Database } from "../db/index.ts";
import { HairlineError } from "../errors.ts";
import { resolveScope, type ReadingRequest } from "../readings/index.ts";
import { insertCertificate, type Certificate } from "./certificate-store.ts";
import type { Sampling } from "./certification-outcomes.ts";
import { requireModel } from "./calibrator-store.ts";
import { calibratorOf, type StoredPolicy } from "./policy-store.ts";
import { formatReference } from "./reference.ts";
import { imageFilter, storedFilter, type ImageSelection } from "./selection.ts";
import { requireDisjoint } from "./shared-patients.ts";
import { testSlices, type CertificationPlan, type TestedSlice, type TestedSlices } from "./test-slices.ts";

/** How certificates are asked for. */
export interface CertificationOptions {
  /** In (0, 1); default 0.95. */
  readonly confidence?: number | undefined;
  /** Default one-per-patient. */
  readonly sampling?: Sampling | undefined;
  /** Default fixed-sequence. */
  readonly procedure?: Procedure | undefined;
  readonly perBodyPart?: boolean | undefined;
  readonly author?: string | undefined;
}

export interface CertifyRequest extends ReadingRequest, CertificationOptions {
  readonly policy: StoredPolicy;
  /** Those the policy was chosen for when left out. */
  readonly claims?: readonly Claim[] | undefined;
}

/**
 * Certificates of slices for one of the tested policies, stored in the order of the slices.
 *
 * @param at which of the tested policies
 */
export async function storeCertificates(
  client: pg.PoolClient,
  {
    plan,
    results,
    policy,
    at,
    author,
  }: {
    readonly plan: CertificationPlan;
    readonly results: TestedSlices;
    readonly policy: StoredPolicy;
    readonly at: number;
    readonly author: string | undefined;
  },
): Promise<Certificate[]> {
  const certificates: Certificate[] = [];
  for (const slice of results.slices) {
    certificates.push(
      await insertCertificate(client, {
        policyId: policy.id,
        modelId: plan.scope.modelId,
        dataset: plan.scope.dataset,
        ...storedFilter(plan.filter),
        ...testOf(slice, plan, at),
        fingerprint: results.fingerprint,
        author: author ?? null,
      }),
    );
  }
  return certificates;
}

function testOf(slice: TestedSlice, plan: CertificationPlan, at: number) {
  const { bodyPart, delta, units, positives, patients, patientsUnknown } = slice;
  const tested = slice.tested[at];
  if (tested === undefined) throw new HairlineError("INTERNAL", `No policy ${at} was tested.`);
  const candidates = plan.policies.length;
  const level = plan.procedure === "holm" ? delta / candidates : delta;
  return {
    bodyPart,
    result: tested.certified ? ("certified" as const) : ("refused" as const),
    claims: tested.claims,
    confidence: plan.confidence,
    delta,
    method: plan.procedure,
    candidates,
    sampling: plan.sampling,
    units,
    positives,
    patients,
    patientsUnknown,
    needed: tested.certified ? [] : labelsNeeded(tested.claims, { level, labelled: units }),
  };
}

/**
 * Images to certify a policy on must not have chosen it: neither its thresholds nor its calibrator.
 *
 * @throws HairlineError SPLITS_OVERLAP
 */
export async function requireUnseen(
  database: Database,
  policy: StoredPolicy,
  judging: ImageSelection,
): Promise<void> {
  if (policy.tuning !== null) {
    const used = { dataset: policy.tuning.dataset, filter: imageFilter(policy.tuning) };
    await requireDisjoint(database, { source: "The policy was tuned on", used, judging });
  }
  const calibrator = policy.pLowScale === "raw" ? undefined : await calibratorOf(database, policy);
  if (calibrator === undefined) return;
  const used = { dataset: calibrator.dataset, filter: imageFilter(calibrator) };
  const source = `The calibrator ${formatReference(calibrator)} was fit on`;
  await requireDisjoint(database, { source, used, judging });
}

/**
 * Tests a stored policy's claims on a selection and stores the certificates: pooled first, then per body part.
 *
 * @throws HairlineError DATASET_NOT_FOUND, MODEL_NOT_FOUND, NO_PREDICTIONS; SPLITS_OVERLAP; FACTS_MISSING;
 *   BAD_ARGUMENT for the claims, the confidence or another model's calibrator
 */
export async function certifyPolicy(request: CertifyRequest): Promise<Certificate[]> {
  const { database, policy, filter, author } = request;
  const scope = await resolveScope(request);
  const calibrator = await calibratorOf(database, policy);
  if (calibrator !== undefined) requireModel(calibrator, scope.modelId);
  await requireUnseen(database, policy, { dataset: scope.dataset, filter });
  const plan: CertificationPlan = {
    scope,
    filter,
    level: policy.level,
    ...certificationDefaults(request),
    claims: request.claims ?? policy.tuning?.claims ?? [],
    policies: [policy.policy],
  };
  const results = await testSlices(database, plan);
  return inTransaction(database.pool, (client) =>
    storeCertificates(client, { plan, results, policy, at: 0, author }),
  );
}

export function certificationDefaults(options: CertificationOptions) {
  return {
    confidence: options.confidence ?? 0.95,
    sampling: options.sampling ?? ("one-per-patient" as const),
    procedure: options.procedure ?? ("fixed-sequence" as const),
    perBodyPart: options.perBodyPart ?? false,
  };
}
