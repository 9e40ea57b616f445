import type { Calibrator, CalibrationMethod } from "./calibrator.ts";
import type { FitOptions } from "./calibration-sample.ts";
import { fitBeta } from "./fit-beta.ts";
import { fitIsotonic } from "./fit-isotonic.ts";
import { fitPlatt } from "./fit-platt.ts";
import { fitTemperature } from "./fit-temperature.ts";
import { logitsOf } from "./logit.ts";

/** The raw facts of labelled images. */
export interface LabelledProbabilities extends FitOptions {
  /** shape [n]; raw, in [0, 1], as stored. */
  readonly probabilities: ArrayLike<number>;
  /** shape [n]; absent where only probabilities were imported: they are then clipped (see `logitsOf`). */
  readonly logits?: ArrayLike<number>;
  /** shape [n]; 1 fracture, 0 none. */
  readonly labels: ArrayLike<number>;
}

/**
 * Fits a calibrator by name; see `fitTemperature`, `fitPlatt`, `fitBeta` and `fitIsotonic` for sources and errors.
 *
 * @returns to be stored as JSON and read by `parseCalibrator`
 */
export function fitCalibrator(method: CalibrationMethod, facts: LabelledProbabilities): Calibrator {
  const { probabilities, labels } = facts;
  if (method === "isotonic") return fitIsotonic(probabilities, labels, facts);
  const logits = facts.logits ?? logitsOf(probabilities);
  switch (method) {
    case "temperature":
      return fitTemperature(logits, labels, facts);
    case "platt":
      return fitPlatt(logits, labels, facts);
    case "beta":
      return fitBeta(logits, labels, facts);
  }
}
