import type { Database } from "@hairline/core/db";
import { isHairlineError } from "@hairline/core/errors";
import type { ListingScope } from "@hairline/core/listing";
import { findPolicy, findPolicyInForce, formatReference, type StoredPolicy } from "@hairline/core/policies";
import { parsePolicy, type Policy } from "@hairline/core/triage";

/** The policy of a reading. */
export interface AskedPolicy {
  /** What triage reads: p_low on the raw scale. */
  readonly policy: Policy;
  /** What an answer says of it. */
  readonly applied: { readonly policy: string | null; readonly thresholds: Policy };
  readonly stored: StoredPolicy | undefined;
}

/**
 * The policy that a query names, writes out or, by saying nothing, leaves to the one in force.
 *
 * @returns undefined when nothing is asked for and none is in force
 * @throws HairlineError POLICY_NOT_FOUND, BAD_THRESHOLD, BAD_ARGUMENT
 */
export async function askedPolicy(
  database: Database,
  scope: ListingScope,
  text: string | undefined,
): Promise<AskedPolicy | undefined> {
  if (text?.includes("=") === true) {
    const policy = parsePolicy(text);
    return { policy, applied: { policy: null, thresholds: policy }, stored: undefined };
  }
  const stored = text === undefined ? await policyInForce(database, scope) : await findPolicy(database, text);
  if (stored === undefined) return undefined;
  const applied = { policy: formatReference(stored), thresholds: stored.thresholds };
  return { policy: stored.policy, applied, stored };
}

async function policyInForce(
  database: Database,
  { dataset, reading }: ListingScope,
): Promise<StoredPolicy | undefined> {
  if (reading === null) return undefined;
  try {
    return await findPolicyInForce(database, { modelId: reading.modelId, dataset });
  } catch (error) {
    if (isHairlineError(error) && error.code === "POLICY_NOT_FOUND") return undefined;
    throw error;
  }
}
