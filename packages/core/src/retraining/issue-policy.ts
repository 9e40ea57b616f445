import { calibrate } from "../calibration/index.ts";
import { matchPolicy, nameFor, reissueCertificate } from "../champions/reissue-certificate.ts";
import type { Database } from "../db/index.ts";
import { isHairlineError } from "../errors.ts";
import {
  createPolicy,
  findPolicyInForce,
  fitStoredCalibrator,
  formatReference,
  type StoredCalibrator,
  type StoredPolicy,
} from "../policies/index.ts";
import type { Retraining } from "./retraining-row.ts";

type WithChallenger = Retraining & { readonly challenger: string };

/** What the champion is read with. @throws HairlineError POLICY_NOT_FOUND */
export function championPolicy(
  database: Database,
  { championId, dataset }: Retraining,
): Promise<StoredPolicy> {
  return findPolicyInForce(database, { modelId: championId, dataset });
}

export interface IssuedPolicy {
  /** Null: the champion's policy does. */
  readonly policyId: number | null;
  readonly calibratorId: number | null;
}

/**
 * Fits the challenger's calibrator, and makes its policy: as the champion's certified one was made, else the champion's
 * thresholds on the challenger's own scale.
 *
 * @throws HairlineError PROMOTION_REFUSED when it cannot have one, saying why
 */
export async function issuePolicy(
  database: Database,
  retraining: WithChallenger,
  signal: AbortSignal,
): Promise<IssuedPolicy> {
  const { dataset, championId, challenger } = retraining;
  const policy = await championPolicy(database, retraining);
  const champion = { modelId: championId };
  const author = authorOf(retraining);
  const request = { database, dataset, policy, champion, challenger, author, signal };
  const issued = await reissueCertificate(request);
  if (issued !== undefined) {
    const { id: policyId, calibratorId } = issued.policy;
    return {
      policyId,
      calibratorId: calibratorId ?? (await fit(database, retraining, challenger))?.id ?? null,
    };
  }
  if (policy.pLowScale === "raw") return transferThreshold(database, retraining, policy);
  const { id: policyId, calibratorId } = await matchPolicy(request);
  return { policyId, calibratorId };
}

function authorOf({ id }: Retraining): string {
  return `retraining ${id}`;
}

/**
 * A raw p_low means another thing on another network's scale. So it becomes the calibrated probability it stands for, by
 * the champion's calibrator, and is read through the challenger's; both are fit on the validation splits. Where either has
 * none, as a champion at chance, the threshold stays as it is.
 */
async function transferThreshold(
  database: Database,
  retraining: WithChallenger,
  policy: StoredPolicy,
): Promise<IssuedPolicy> {
  const calibrator = await fit(database, retraining, retraining.challenger);
  const champions = await fit(database, retraining, retraining.champion);
  const [pLow] = champions === null ? [] : calibrate(champions.calibrator, [policy.thresholds.pLow]);
  if (calibrator === null || pLow === undefined) {
    return { policyId: null, calibratorId: calibrator?.id ?? null };
  }
  const { id: policyId } = await createPolicy(database, {
    name: nameFor(policy.name, retraining.challenger),
    level: policy.level,
    thresholds: { ...policy.thresholds, pLow },
    pLowScale: "calibrated",
    calibrator,
    author: authorOf(retraining),
    note: `as ${formatReference(policy)}, on the scale of ${retraining.challenger}`,
  });
  return { policyId, calibratorId: calibrator.id };
}

/** @returns null where the labels allow no calibrator */
async function fit(
  database: Database,
  retraining: Retraining,
  model: string,
): Promise<StoredCalibrator | null> {
  const { dataset, settings } = retraining;
  try {
    return await fitStoredCalibrator({
      database,
      dataset,
      model,
      filter: { splits: settings.validationSplits },
      method: settings.calibrationMethod,
      name: model,
      author: authorOf(retraining),
    });
  } catch (error) {
    if (isHairlineError(error) && error.code === "CALIBRATION_UNDEFINED") return null;
    throw error;
  }
}
