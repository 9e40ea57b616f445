import { readFileSync } from "node:fs";

interface Binned {
  readonly ece: number;
  /** count, mean probability, observed rate */
  readonly table: readonly [number, number, number][];
  readonly reliability: number;
  readonly resolution: number;
}

/** What fixtures/make_calibration_fixtures.py writes. */
export interface CalibrationCase {
  readonly logits: number[];
  readonly probabilities: number[];
  readonly labels: number[];
  readonly weights: number[];
  readonly temperature: number;
  readonly platt: [number, number];
  readonly beta: [number, number, number];
  /** At 0, 1/40, ..., 1. */
  readonly isotonic: number[];
  readonly equalMass: Binned;
  readonly equalWidth: Binned;
  readonly brier: number;
  readonly weightedBrier: number;
  readonly logLoss: number;
  readonly corp: { miscalibration: number; discrimination: number; uncertainty: number };
}

export const CASES = JSON.parse(
  readFileSync(new URL("fixtures/calibration-cases.json", import.meta.url), "utf8"),
) as CalibrationCase[];
