import { matchPolicy } from "../champions/reissue-certificate.ts";
import { isHairlineError } from "../errors.ts";
import type { Database } from "../db/index.ts";
import { findPolicyInForce, fitStoredCalibrator, type StoredPolicy } from "../policies/index.ts";
import type { Retraining } from "./retraining-row.ts";

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
 * Fits the challenger's calibrator, and makes its policy as the champion's was made.
 *
 * @throws HairlineError PROMOTION_REFUSED when it cannot have one, saying why
 */
export async function issuePolicy(
  database: Database,
  retraining: Retraining & { readonly challenger: string },
  signal: AbortSignal,
): Promise<IssuedPolicy> {
  const { dataset, championId, challenger } = retraining;
  const policy = await championPolicy(database, retraining);
  const author = `retraining ${retraining.id}`;
  const champion = { modelId: championId };
  const own = await matchPolicy({ database, dataset, policy, champion, challenger, author, signal });
  return {
    policyId: own.id === policy.id ? null : own.id,
    calibratorId: own.id === policy.id ? await fitCalibrator(database, retraining, author) : own.calibratorId,
  };
}

/** For reports and later policies; a policy on the raw scale reads without it, so labels that allow none are no obstacle. */
async function fitCalibrator(
  database: Database,
  { dataset, challenger, settings }: Retraining & { readonly challenger: string },
  author: string,
): Promise<number | null> {
  try {
    const { id } = await fitStoredCalibrator({
      database,
      dataset,
      model: challenger,
      filter: { splits: settings.validationSplits },
      method: settings.calibrationMethod,
      name: challenger,
      author,
    });
    return id;
  } catch (error) {
    if (isHairlineError(error) && error.code === "CALIBRATION_UNDEFINED") return null;
    throw error;
  }
}
