import { HairlineError } from "../errors.ts";
import { formatThreshold, parseThreshold, type ThresholdField, THRESHOLD_FIELDS } from "./threshold.ts";

/**
 * The thresholds of the triage rule.
 *
 * Precision: facts are stored as PostgreSQL `real`, so every threshold is rounded to float32 (`Math.fround`)
 * before it meets a fact, in SQL and TypeScript alike. A stored probability of 0.22 therefore meets
 * `pLow = 0.22`, which it would miss by 1e-9 if the threshold stayed a double.
 */
export interface Policy {
  /** In [0, 1]; a probability below it is negative. Infinity where a calibrator reaches the p_low asked for nowhere. */
  readonly pLow: number;
  /** In nats, >= 0; the CAM entropy a positive may have at most. Null leaves the gate out. */
  readonly entropyMax: number | null;
  /** In [0, 1]; the CAM area ratio at `alpha` a positive may have at most. Null leaves the gate out. */
  readonly areaMax: number | null;
  /** In [0, 1); share of the CAM's maximum above which a cell counts as area. Read only where `areaMax` is set. */
  readonly alpha: number;
}

/** Stands in where a policy has no area gate, so that alpha changes nothing. */
const UNUSED_ALPHA = 0.5;

function isThresholdField(key: string): key is ThresholdField {
  return (THRESHOLD_FIELDS as readonly string[]).includes(key);
}

function splitFields(text: string): Map<ThresholdField, string> {
  const fields = new Map<ThresholdField, string>();
  for (const part of text.split(",")) {
    const at = part.indexOf("=");
    const key = (at < 0 ? part : part.slice(0, at)).trim();
    if (!isThresholdField(key)) {
      throw new HairlineError("BAD_THRESHOLD", `A policy has no field "${key}".`, {
        field: key,
        remedy: `Use ${THRESHOLD_FIELDS.join(", ")}, as in p_low=0.22,entropy_max=1.5,area_max=0.3,alpha=0.5.`,
      });
    }
    if (fields.has(key)) {
      throw new HairlineError("BAD_THRESHOLD", `${key} is given twice.`, { field: key });
    }
    fields.set(key, at < 0 ? "" : part.slice(at + 1).trim());
  }
  return fields;
}

function required(fields: Map<ThresholdField, string>, field: ThresholdField): string {
  const text = fields.get(field);
  if (text === undefined) {
    throw new HairlineError("BAD_THRESHOLD", `The policy lacks ${field}.`, {
      field,
      remedy: `Add ${field}=<number>.`,
    });
  }
  return text;
}

/**
 * Reads a policy written as `p_low=0.22,entropy_max=1.5,area_max=0.3,alpha=0.5`, in any order.
 * `entropy_max` and `area_max` may be `none`; `area_max` is `none` when absent, and only then may `alpha` be absent.
 *
 * @throws HairlineError BAD_THRESHOLD naming the field that is unknown, repeated, missing, not a number or out of range
 */
export function parsePolicy(text: string): Policy {
  const fields = splitFields(text);
  const pLow = parseThreshold("p_low", required(fields, "p_low"));
  const entropyMax = parseThreshold("entropy_max", required(fields, "entropy_max"));
  const areaMax = parseThreshold("area_max", fields.get("area_max") ?? "none");
  const alphaText =
    areaMax === null ? (fields.get("alpha") ?? String(UNUSED_ALPHA)) : required(fields, "alpha");
  const alpha = parseThreshold("alpha", alphaText);
  return { pLow, entropyMax, areaMax, alpha };
}

/** The policy in the form `parsePolicy` reads; `parsePolicy(formatPolicy(p))` equals p. */
export function formatPolicy(policy: Policy): string {
  return [
    `p_low=${formatThreshold(policy.pLow)}`,
    `entropy_max=${formatThreshold(policy.entropyMax)}`,
    `area_max=${formatThreshold(policy.areaMax)}`,
    `alpha=${formatThreshold(policy.alpha)}`,
  ].join(",");
}
