import { type Estimate, UNKNOWN } from "../gates/estimate.ts";
import { augrcOf } from "../selective/index.ts";
import {
  type BootstrapInterval,
  type BootstrapOptions,
  compareAucs,
  delongAuc,
  normalQuantile,
  rowBootstrap,
} from "../statistics/index.ts";
import type { ModelReadings, PairedReadings } from "./paired-readings.ts";

/** Areas under the ROC curves of two models over the same units. */
export interface AucsCompared {
  readonly champion: Estimate;
  readonly challenger: Estimate;
  /** Challenger less champion; DeLong's, clustered. */
  readonly difference: Estimate;
  /** Two-sided; null where it cannot be told. */
  readonly pValue: number | null;
}

/** @param confidence two-sided */
export function compareRocAreas(readings: PairedReadings, confidence: number): AucsCompared {
  const { label, cluster, champion, challenger } = readings;
  const options = { clusters: cluster, confidence };
  const compared = compareAucs([challenger.probability, champion.probability], label, options);
  if (compared === null) {
    return { champion: UNKNOWN, challenger: UNKNOWN, difference: UNKNOWN, pValue: null };
  }
  const { difference, interval, pValue } = compared;
  return {
    champion: aucOf(champion, readings, confidence),
    challenger: aucOf(challenger, readings, confidence),
    difference: { estimate: difference, lower: interval?.lower ?? null, upper: interval?.upper ?? null },
    pValue,
  };
}

function aucOf({ probability }: ModelReadings, { label, cluster }: PairedReadings, confidence: number) {
  const found = delongAuc(probability, label, { clusters: cluster, confidence });
  return {
    estimate: found?.auc ?? null,
    lower: found?.interval?.lower ?? null,
    upper: found?.interval?.upper ?? null,
  };
}

/** AUGRCs of forced readings at each model's threshold, confidence |p - threshold|; lower is better. */
export interface AugrcsCompared {
  readonly champion: number | null;
  readonly challenger: number | null;
  /** Challenger less champion; above 0 the challenger is worse. Each limit is a one-sided bound. */
  readonly difference: Estimate;
}

export interface AugrcOptions extends Required<Pick<BootstrapOptions, "seed" | "replicates">> {
  /** Of each bound by itself, above 0.5. */
  readonly confidence: number;
}

/**
 * The paired difference of two AUGRCs, whole patients resampled. Models that read every unit alike differ by 0 in
 * every resample, and so by 0 with both bounds.
 */
export function compareAugrcs(readings: PairedReadings, options: AugrcOptions): AugrcsCompared {
  const champion = forcedAugrcOf(readings.champion, readings.label);
  const challenger = forcedAugrcOf(readings.challenger, readings.label);
  const estimates = { champion: champion(), challenger: challenger() };
  if (readings.label.length === 0) return { ...estimates, difference: UNKNOWN };
  if (readAlike(readings)) return { ...estimates, difference: { estimate: 0, lower: 0, upper: 0 } };
  const { seed, replicates, confidence } = options;
  const [difference] = rowBootstrap(
    readings.cluster,
    [
      (weights) => {
        const [one, two] = [champion(weights), challenger(weights)];
        return one === null || two === null ? null : two - one;
      },
    ],
    { seed, replicates, confidence: 2 * confidence - 1 },
  );
  return { ...estimates, difference: widerBounds(difference, confidence) };
}

/**
 * BCa's bounds, or those of the bootstrap's standard error where they are wider. Over 2,000 archives of equal models
 * with 60 and 150 patients, one-sided 95 % bounds missed 0 in 6 to 7 % by BCa alone and in 4 to 4.5 % so.
 */
function widerBounds(found: BootstrapInterval | undefined, confidence: number): Estimate {
  if (found === undefined) return UNKNOWN;
  const { estimate, lower, upper, standardError } = found;
  if (estimate === null || lower === null || upper === null || standardError === null) {
    return { estimate, lower: null, upper: null };
  }
  const reach = normalQuantile(confidence) * standardError;
  return { estimate, lower: Math.min(lower, estimate - reach), upper: Math.max(upper, estimate + reach) };
}

function forcedAugrcOf({ probability, threshold }: ModelReadings, label: Uint8Array) {
  const cut = Math.fround(threshold);
  const confidence = Float64Array.from(probability, (p) => Math.abs(p - cut));
  return augrcOf(
    confidence,
    label.map((each, row) => (probability[row]! >= cut === (each === 1) ? 0 : 1)),
  );
}

function readAlike({ champion, challenger }: PairedReadings): boolean {
  return (
    Math.fround(champion.threshold) === Math.fround(challenger.threshold) &&
    champion.probability.every((p, row) => p === challenger.probability[row])
  );
}
