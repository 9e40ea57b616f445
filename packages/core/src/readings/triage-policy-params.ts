import type pg from "pg";
import { HairlineError } from "../errors.ts";
import { checkThreshold, type Policy } from "../triage/index.ts";
import { areaColumn, type AlphaSource } from "./alpha-source.ts";
import { filterParams, type ImageFilter, type ReadingScope } from "./scope.ts";

/** @throws HairlineError BAD_THRESHOLD naming the field that is NaN or out of range */
export function checkPolicy(policy: Policy): void {
  checkThreshold("p_low", policy.pLow);
  if (policy.entropyMax !== null) checkThreshold("entropy_max", policy.entropyMax);
  if (policy.areaMax !== null) checkThreshold("area_max", policy.areaMax);
  checkThreshold("alpha", policy.alpha);
}

export function policyAlphaSource(scope: ReadingScope, policy: Policy): AlphaSource {
  if (policy.areaMax === null) return "unused";
  return areaColumn(scope.alphas, policy.alpha) === null ? "grid" : "column";
}

/**
 * A policy on an alpha of which the model has neither a column nor grids could only ever abstain.
 *
 * @throws HairlineError FACTS_MISSING
 */
export async function requireAlpha(
  client: pg.ClientBase | pg.Pool,
  scope: ReadingScope,
  policy: Policy,
): Promise<void> {
  if (policyAlphaSource(scope, policy) !== "grid") return;
  const { rowCount } = await client.query("select 1 from prediction_cam where model_id = $1 limit 1", [
    scope.modelId,
  ]);
  if (rowCount !== 0) return;
  throw new HairlineError("FACTS_MISSING", `The model ${scope.model} has no area at alpha ${policy.alpha}.`, {
    field: "alpha",
    remedy:
      scope.alphas.length > 0
        ? `Use one of its alphas: ${scope.alphas.join(", ")}.`
        : "Leave the area gate out with area_max=none.",
  });
}

/** The parameters of triage-counts and triage-rows; thresholds as the float32 values the facts are compared with. */
export function policyParams(
  scope: ReadingScope,
  { policy, filter }: { policy: Policy; filter: ImageFilter | undefined },
): unknown[] {
  return [
    scope.datasetId,
    scope.modelId,
    Math.fround(policy.pLow),
    policy.entropyMax === null ? null : Math.fround(policy.entropyMax),
    policy.areaMax === null ? null : Math.fround(policy.areaMax),
    areaColumn(scope.alphas, policy.alpha),
    policy.alpha,
    ...filterParams(filter),
  ];
}
