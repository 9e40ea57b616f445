import { z } from "zod";
import { HairlineError } from "../errors.ts";

const VERSION = z.literal(1);
/** Two breakpoints per level; a fit on a million labels has some hundred levels. */
const MAX_BREAKPOINTS = 100_000;

const temperature = z.strictObject({
  version: VERSION,
  method: z.literal("temperature"),
  temperature: z.number().positive(),
});

const platt = z.strictObject({
  version: VERSION,
  method: z.literal("platt"),
  slope: z.number().positive(),
  intercept: z.number(),
});

const beta = z
  .strictObject({
    version: VERSION,
    method: z.literal("beta"),
    a: z.number().nonnegative(),
    b: z.number().nonnegative(),
    c: z.number(),
  })
  .refine(({ a, b }) => a + b > 0, "a and b are both 0");

const unit = z.number().min(0).max(1);

const isotonic = z
  .strictObject({
    version: VERSION,
    method: z.literal("isotonic"),
    probabilities: z.array(unit).min(2).max(MAX_BREAKPOINTS),
    calibrated: z.array(unit).min(2).max(MAX_BREAKPOINTS),
  })
  .refine(({ probabilities, calibrated }) => probabilities.length === calibrated.length, "lengths differ")
  .refine(({ probabilities }) => isRising(probabilities, true), "probabilities do not rise")
  .refine(({ calibrated }) => isRising(calibrated, false), "calibrated probabilities fall");

function isRising(values: readonly number[], strictly: boolean): boolean {
  return values.every((value, at) => {
    const before = at === 0 ? -1 : values[at - 1]!;
    return strictly ? value > before : value >= before;
  });
}

/**
 * A calibrator as it is stored (versioned JSON). All are monotone, so that calibration never reorders images:
 *
 * - temperature: logit' = logit / temperature (Guo et al. 2017, arXiv:1706.04599)
 * - platt: logit' = slope logit + intercept, slope > 0 (Platt 1999)
 * - beta: logit' = a ln p - b ln(1 - p) + c, a and b >= 0 (Kull et al. 2017, AISTATS, PMLR 54:623-631)
 * - isotonic: linear between breakpoints (p, p'), constant beyond; the only one that makes ties (Zadrozny & Elkan 2002)
 */
export const CALIBRATOR_SCHEMA = z.discriminatedUnion("method", [temperature, platt, beta, isotonic]);

export type Calibrator = z.infer<typeof CALIBRATOR_SCHEMA>;
export type LogisticCalibrator = Exclude<Calibrator, { method: "isotonic" }>;
export type IsotonicCalibrator = Extract<Calibrator, { method: "isotonic" }>;

export const CALIBRATION_METHODS = ["temperature", "platt", "beta", "isotonic"] as const;
export type CalibrationMethod = (typeof CALIBRATION_METHODS)[number];

/**
 * Reads a stored calibrator.
 *
 * @param stored parsed JSON
 * @throws HairlineError CALIBRATOR_INVALID naming what is out of form
 */
export function parseCalibrator(stored: unknown): Calibrator {
  const parsed = CALIBRATOR_SCHEMA.safeParse(stored);
  if (parsed.success) return parsed.data;
  throw new HairlineError("CALIBRATOR_INVALID", z.prettifyError(parsed.error), { cause: parsed.error });
}
