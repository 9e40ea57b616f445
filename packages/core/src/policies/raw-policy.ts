import { rawThreshold, type Calibrator } from "../calibration/index.ts";
import type { Policy, SweepGrid } from "../triage/index.ts";

/** What a p_low is a threshold of: the stored probability, or that after a calibrator. */
export const P_LOW_SCALES = ["raw", "calibrated"] as const;
export type PLowScale = (typeof P_LOW_SCALES)[number];

/**
 * The p_low on the scale of the stored probabilities. Calibrators are monotone, so a calibrated threshold is a raw one
 * at the least stored probability it lets pass; images tied by a calibrator's plateau stay together.
 *
 * @param calibrator of a calibrated p_low; undefined leaves it as it is
 * @returns Infinity when the calibrator reaches the threshold nowhere, so that every image is negative
 */
export function rawPLow(pLow: number, calibrator: Calibrator | undefined): number {
  if (calibrator === undefined) return pLow;
  return rawThreshold(calibrator, pLow) ?? Infinity;
}

/** The policy with its p_low on the raw scale. */
export function rawPolicy(policy: Policy, calibrator: Calibrator | undefined): Policy {
  return { ...policy, pLow: rawPLow(policy.pLow, calibrator) };
}

/** The grid with its p_low on the raw scale, in the order given: config i stays config i. */
export function rawGrid(grid: SweepGrid, calibrator: Calibrator | undefined): SweepGrid {
  return { ...grid, pLow: grid.pLow.map((pLow) => rawPLow(pLow, calibrator)) };
}
