import { HairlineError } from "../errors.ts";
import { type AucsCompared, type AugrcsCompared, compareAugrcs, compareRocAreas } from "./compare-areas.ts";
import { compareProportions, type ProportionComparison } from "./compare-proportions.ts";
import { checkPairedReadings, type PairedReadings } from "./paired-readings.ts";
import { type BodyPartComparison, compareBodyParts } from "./slice-regressions.ts";

export interface EvidenceSettings {
  /** Of each one-sided bound, in (0.5, 1); intervals of the areas under ROC curves are two-sided at it. */
  readonly confidence: number;
  readonly replicates: number;
  readonly seed: number;
}

/** What the same labelled units say of two models, each under its policy. */
export interface ComparisonEvidence extends EvidenceSettings {
  /** Labelled units that both models scored. */
  readonly units: number;
  readonly positives: number;
  readonly negatives: number;
  readonly patients: number;
  readonly auc: AucsCompared;
  readonly augrc: AugrcsCompared;
  readonly sensitivity: ProportionComparison;
  readonly specificity: ProportionComparison;
  readonly decided: ProportionComparison;
  /** By name, unknown last. */
  readonly bodyParts: readonly BodyPartComparison[];
}

/**
 * Compares a challenger with a champion on the same units. Everything is defined, or null, for any units: none, one
 * class, one patient, equal models.
 *
 * @throws HairlineError BAD_SHAPE for readings that are none; BAD_ARGUMENT for a setting
 */
export function compareReadings(readings: PairedReadings, settings: EvidenceSettings): ComparisonEvidence {
  checkPairedReadings(readings);
  const { confidence, replicates, seed } = settings;
  if (!(confidence > 0.5 && confidence < 1)) {
    throw new HairlineError("BAD_ARGUMENT", `The confidence ${confidence} is not between 0.5 and 1.`, {
      field: "confidence",
    });
  }
  const positives = readings.label.reduce((total, label) => total + label, 0);
  return {
    confidence,
    replicates,
    seed,
    units: readings.label.length,
    positives,
    negatives: readings.label.length - positives,
    patients: new Set(readings.cluster).size,
    auc: compareRocAreas(readings, confidence),
    augrc: compareAugrcs(readings, { confidence, replicates, seed }),
    sensitivity: compareProportions("sensitivity", readings, confidence),
    specificity: compareProportions("specificity", readings, confidence),
    decided: compareProportions("decided", readings, confidence),
    bodyParts: compareBodyParts(readings, confidence),
  };
}
