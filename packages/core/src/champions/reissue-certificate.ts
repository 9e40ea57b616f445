import type { Database } from "../db/index.ts";
import { HairlineError, isHairlineError } from "../errors.ts";
import {
  calibratorOf,
  certifyPolicy,
  choosePolicy,
  createPolicy,
  fitStoredCalibrator,
  formatReference,
  imageFilter,
  listCertificates,
  type Certificate,
  type StoredCalibrator,
  type StoredPolicy,
} from "../policies/index.ts";
import type { RankableMetric } from "../triage/index.ts";

export interface ReissueRequest {
  readonly database: Database;
  readonly dataset: string;
  /** The champion's policy. */
  readonly policy: StoredPolicy;
  readonly champion: { readonly modelId: number };
  /** Name of the challenger. */
  readonly challenger: string;
  readonly author?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A challenger's own policy, made as the champion's was. */
export interface ReissuedPolicy {
  readonly policy: StoredPolicy;
  /** Pooled first; the first tells whether it is certified. */
  readonly certificates: readonly Certificate[];
}

/**
 * Makes for a challenger what the champion's certified policy is: a calibrator of the same method on the same images, a
 * policy chosen over the same grid for the same claims and certified on the same images, or, where a person gave the
 * thresholds, those certified with the challenger's scores. Named after the policy and the challenger.
 *
 * @returns undefined when the champion's policy has no certificate on the dataset that holds
 * @throws HairlineError PROMOTION_REFUSED when it cannot be done, saying why; otherwise as `choosePolicy`
 */
export async function reissueCertificate(request: ReissueRequest): Promise<ReissuedPolicy | undefined> {
  const { database, dataset, policy, champion } = request;
  const certificates = await listCertificates(database, { policy: policy.name, dataset });
  const original = certificates.find(
    (each) =>
      each.policyId === policy.id &&
      each.modelId === champion.modelId &&
      each.bodyPart === null &&
      each.result === "certified" &&
      each.revokedAt === null,
  );
  if (original === undefined) return undefined;
  const perBodyPart = certificates.some(
    (each) => each.policyId === policy.id && each.modelId === champion.modelId && each.bodyPart !== null,
  );
  try {
    const calibrator = await refitCalibrator(request);
    return await (policy.tuning === null
      ? certifySame(request, { original, perBodyPart, calibrator })
      : chooseAnew(request, { original, perBodyPart, calibrator }));
  } catch (error) {
    throw refusedFor(request, error);
  }
}

/**
 * The policy to read a challenger with in the place of the champion's: as `reissueCertificate` makes it, else the
 * champion's own, through a calibrator of the challenger's where it has one.
 *
 * @throws HairlineError as `reissueCertificate`
 */
export async function matchPolicy(request: ReissueRequest): Promise<StoredPolicy> {
  const issued = await reissueCertificate(request);
  if (issued !== undefined) return issued.policy;
  if (request.policy.pLowScale === "raw") return request.policy;
  try {
    return await recalibrated(request, await refitCalibrator(request));
  } catch (error) {
    throw refusedFor(request, error);
  }
}

/** Data that allow no calibrator or policy are a reason to keep the champion; anything else is a failure. */
function refusedFor({ challenger, policy }: ReissueRequest, error: unknown): unknown {
  if (!isHairlineError(error)) return error;
  const decided = ["POLICY_INFEASIBLE", "CALIBRATION_UNDEFINED", "SPLITS_OVERLAP", "FACTS_MISSING"];
  if (!decided.includes(error.code)) return error;
  return new HairlineError(
    "PROMOTION_REFUSED",
    `${challenger} gets no certificate in place of ${formatReference(policy)}: ${error.message}`,
    { cause: error, remedy: error.remedy ?? "Keep the champion." },
  );
}

async function refitCalibrator(request: ReissueRequest): Promise<StoredCalibrator | undefined> {
  const { database, policy, challenger, author } = request;
  const original = await calibratorOf(database, policy);
  if (original === undefined) return undefined;
  return fitStoredCalibrator({
    database,
    dataset: original.dataset,
    model: challenger,
    filter: imageFilter(original),
    method: original.calibrator.method,
    name: nameFor(original.name, challenger),
    author,
    note: `as ${formatReference(original)}`,
  });
}

interface Original {
  readonly original: Certificate;
  readonly perBodyPart: boolean;
  readonly calibrator: StoredCalibrator | undefined;
}

function certification({ original, perBodyPart }: Original, author: string | undefined) {
  const { confidence, sampling, method: procedure } = original;
  return { confidence, sampling, procedure, perBodyPart, author };
}

/** The same thresholds, on the challenger's own scale. */
async function recalibrated(
  { database, policy, challenger, author }: ReissueRequest,
  calibrator: StoredCalibrator | undefined,
): Promise<StoredPolicy> {
  return createPolicy(database, {
    name: nameFor(policy.name, challenger),
    level: policy.level,
    thresholds: policy.thresholds,
    pLowScale: policy.pLowScale,
    calibrator,
    author,
    note: `as ${formatReference(policy)}`,
  });
}

async function certifySame(request: ReissueRequest, given: Original): Promise<ReissuedPolicy> {
  const { database, policy, challenger, author } = request;
  const { original, calibrator } = given;
  const same = policy.pLowScale === "raw" ? policy : await recalibrated(request, calibrator);
  const certificates = await certifyPolicy({
    database,
    policy: same,
    dataset: original.dataset,
    model: challenger,
    filter: imageFilter(original),
    claims: original.claims.map(({ metric, target }) => ({ metric, target })),
    ...certification(given, author),
  });
  return { policy: same, certificates };
}

async function chooseAnew(request: ReissueRequest, given: Original): Promise<ReissuedPolicy> {
  const { database, policy, challenger, author, signal } = request;
  const { original, calibrator } = given;
  const { tuning } = policy;
  if (tuning === null) throw new HairlineError("INTERNAL", "The policy was not tuned.");
  if (tuning.dataset !== original.dataset) {
    throw new HairlineError(
      "PROMOTION_REFUSED",
      `${formatReference(policy)} was chosen on ${tuning.dataset} and certified on ${original.dataset}.`,
      { remedy: "Choose and certify a policy for the challenger, then compare with it." },
    );
  }
  return choosePolicy({
    database,
    dataset: original.dataset,
    model: challenger,
    name: nameFor(policy.name, challenger),
    tune: imageFilter(tuning),
    certify: imageFilter(original),
    grid: tuning.grid,
    claims: tuning.claims,
    objective: tuning.objective as RankableMetric,
    level: policy.level,
    calibrator,
    pLowScale: policy.pLowScale,
    note: `as ${formatReference(policy)}`,
    signal,
    ...certification(given, author),
  });
}

/** What is made for a challenger: within the 100 characters of a name, whose end, which tells challengers apart, is kept. */
export function nameFor(name: string, challenger: string): string {
  return `${name.slice(0, 49)}-${challenger.slice(-50)}`;
}
