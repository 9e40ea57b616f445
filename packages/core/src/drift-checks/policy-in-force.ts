import type { Database } from "../db/index.ts";
import { isHairlineError } from "../errors.ts";
import { findPolicyInForce, type StoredPolicy } from "../policies/index.ts";
import { resolveScope } from "../readings/scope.ts";

/**
 * The policy whose abstentions are compared when none is named; undefined when none is in force.
 *
 * @throws HairlineError DATASET_NOT_FOUND, MODEL_NOT_FOUND, NO_PREDICTIONS; BAD_ARGUMENT when several models scored it
 */
export async function policyInForce(
  database: Database,
  { dataset, model }: { readonly dataset: string; readonly model?: string | undefined },
): Promise<StoredPolicy | undefined> {
  const scope = await resolveScope({ database, dataset, model });
  try {
    return await findPolicyInForce(database, scope);
  } catch (error) {
    if (isHairlineError(error) && error.code === "POLICY_NOT_FOUND") return undefined;
    throw error;
  }
}
