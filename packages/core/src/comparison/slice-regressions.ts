import { holmAdjusted, mcnemarTest } from "../statistics/index.ts";
import { type AucsCompared, compareRocAreas } from "./compare-areas.ts";
import { compareProportions, type ProportionComparison } from "./compare-proportions.ts";
import { type PairedReadings, selectReadings } from "./paired-readings.ts";

/** A one-sided test that the challenger is worse. */
export interface RegressionTest {
  /** Null where it cannot be told. */
  readonly pValue: number | null;
  /** By Holm over all tests of all body parts; null with the p-value. */
  readonly adjusted: number | null;
  readonly regressed: boolean;
}

/** The two models on the units of one body part. */
export interface BodyPartComparison {
  /** Null for units whose body part is not known. */
  readonly bodyPart: string | null;
  readonly units: number;
  readonly positives: number;
  readonly sensitivity: ProportionComparison;
  readonly auc: AucsCompared;
  /** Is a fracture missed more often; by McNemar's exact test. */
  readonly sensitivityRegression: RegressionTest;
  /** Is the area under the ROC curve smaller; by DeLong's. */
  readonly aucRegression: RegressionTest;
}

/**
 * The two models on each body part, by name, unknown last. What is demonstrably worse there is a regression: a test of
 * harm, so it looks for evidence against the challenger, and units of a patient count as independent in McNemar's, which
 * finds too many regressions rather than too few.
 *
 * @param confidence in (0, 1); regressions are told with at most 1 - confidence chance of a false one among them all
 */
export function compareBodyParts(readings: PairedReadings, confidence: number): BodyPartComparison[] {
  const names = [...new Set(readings.bodyPart)].toSorted(byName);
  const compared = names.map((bodyPart) => {
    const part = selectReadings(readings, (row) => readings.bodyPart[row] === bodyPart);
    const sensitivity = compareProportions("sensitivity", part, confidence);
    return {
      bodyPart,
      units: part.label.length,
      positives: sensitivity.units,
      sensitivity,
      auc: compareRocAreas(part, confidence),
    };
  });
  const pValues = compared.flatMap(({ sensitivity, auc }) => [missesMore(sensitivity), ranksWorse(auc)]);
  const tests = adjust(pValues, 1 - confidence);
  return compared.map((part, at) => ({
    ...part,
    sensitivityRegression: tests[2 * at]!,
    aucRegression: tests[2 * at + 1]!,
  }));
}

function byName(a: string | null, b: string | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return a < b ? -1 : Number(a > b);
}

/** Half of the two-sided exact p-value on the side of more misses: the binomial tail itself. */
function missesMore({ units, gained, lost }: ProportionComparison): number | null {
  if (units === 0) return null;
  return lost > gained ? mcnemarTest(lost, gained).pValue / 2 : 1;
}

function ranksWorse({ difference: { estimate }, pValue }: AucsCompared): number | null {
  if (estimate === null || pValue === null) return null;
  return estimate < 0 ? pValue / 2 : 1 - pValue / 2;
}

function adjust(pValues: readonly (number | null)[], alpha: number): RegressionTest[] {
  const known = pValues.filter((pValue) => pValue !== null);
  const adjusted = holmAdjusted(known);
  let next = 0;
  return pValues.map((pValue) => {
    if (pValue === null) return { pValue, adjusted: null, regressed: false };
    const each = adjusted[next++]!;
    return { pValue, adjusted: each, regressed: each <= alpha };
  });
}
