import {
  type DifferenceBounds,
  mcnemarTest,
  pairedDifferenceBounds,
  pairedProportions,
} from "../statistics/index.ts";
import { type PairedReadings, type Rightness, rightReadings, selectReadings } from "./paired-readings.ts";

/** How often two models' outcomes are right, on the same units. */
export interface ProportionComparison {
  /** The units it is of: fractures for the sensitivity, others for the specificity, all for decided. */
  readonly units: number;
  /** Patients among them. */
  readonly patients: number;
  /** In [0, 1]; null without units. */
  readonly champion: number | null;
  readonly challenger: number | null;
  /** Units that only the challenger is right on, and only the champion. */
  readonly gained: number;
  readonly lost: number;
  /** Challenger less champion; each limit a one-sided score bound. */
  readonly bounds: DifferenceBounds;
  readonly designEffect: number;
  readonly mcnemar: {
    /** Exact and mid-p; two-sided; units of a patient taken as independent. */
    readonly exact: number;
    readonly midP: number;
    /** Patients independent (Durkalski). */
    readonly clustered: number;
  };
}

/** @param confidence of each bound */
export function compareProportions(
  kind: Rightness,
  readings: PairedReadings,
  confidence: number,
): ProportionComparison {
  const { label, cluster, champion, challenger } = unitsOf(kind, readings);
  const right = [rightReadings(kind, champion, label), rightReadings(kind, challenger, label)] as const;
  const counts = pairedProportions(right, cluster);
  const { units, gained, lost, bothRight } = counts;
  const share = (rightCount: number): number | null => (units === 0 ? null : rightCount / units);
  const { pValue: exact, midPValue: midP } = mcnemarTest(lost, gained);
  return {
    units,
    patients: counts.clusters,
    champion: share(bothRight + lost),
    challenger: share(bothRight + gained),
    gained,
    lost,
    bounds: pairedDifferenceBounds(counts, confidence),
    designEffect: counts.designEffect,
    mcnemar: { exact, midP, clustered: counts.clusteredPValue },
  };
}

function unitsOf(kind: Rightness, readings: PairedReadings): PairedReadings {
  if (kind === "decided") return readings;
  const wanted = kind === "sensitivity" ? 1 : 0;
  return selectReadings(readings, (row) => readings.label[row] === wanted);
}
