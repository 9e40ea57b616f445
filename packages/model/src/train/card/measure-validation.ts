import { brierScore, expectedCalibrationError, sigmoid, softplus } from "@hairline/core/calibration";
import { clopperPearsonInterval, delongAuc, type Interval } from "@hairline/core/statistics";

/** Images with what a network says of them. */
export interface JudgedImages {
  /** [n] */
  readonly logits: ArrayLike<number>;
  /** [n], 0 or 1 */
  readonly labels: ArrayLike<number>;
  /** [n]; the patient, or the study where unknown. */
  readonly patients: readonly string[];
  /** [n]; empty when unknown. */
  readonly bodyParts: readonly string[];
}

/** Mean over the images of the loss a training minimises: positives count `positiveWeight` times; null without images. */
export function weightedLoss(
  { logits, labels }: Pick<JudgedImages, "logits" | "labels">,
  positiveWeight: number,
): number | null {
  let sum = 0;
  for (let at = 0; at < logits.length; at += 1) {
    const label = labels[at]!;
    sum += positiveWeight * label * softplus(-logits[at]!) + (1 - label) * softplus(logits[at]!);
  }
  return logits.length === 0 ? null : sum / logits.length;
}

export interface Estimate {
  readonly value: number;
  /** 95 %; null where it is not defined. */
  readonly interval: Interval | null;
}

/** How well a network does on validation images. What a missing class leaves undefined is null. */
export interface ValidationMeasures {
  readonly images: number;
  readonly positives: number;
  readonly patients: number;
  /** Area under the ROC curve; DeLong's interval, Obuchowski's for several images of a patient. */
  readonly auroc: Estimate | null;
  /** At probability 0.5; Clopper and Pearson's interval over images. */
  readonly sensitivity: Estimate | null;
  readonly specificity: Estimate | null;
  /** Mean squared error of the probability. */
  readonly brier: number | null;
  /** Expected calibration error over 15 bins of equal mass. */
  readonly calibrationError: number | null;
}

/** @throws HairlineError BAD_SHAPE when lengths differ or a logit is NaN */
export function measureValidation({
  logits,
  labels,
  patients,
}: Omit<JudgedImages, "bodyParts">): ValidationMeasures {
  const probabilities = Float64Array.from(logits, sigmoid);
  const auroc = delongAuc(logits, labels, { clusters: patients });
  const shareRight = (label: number): Estimate | null => {
    const own = Array.from(logits).filter((_, at) => labels[at] === label);
    if (own.length === 0) return null;
    const right = own.filter((logit) => logit >= 0 === (label === 1)).length;
    return { value: right / own.length, interval: clopperPearsonInterval(right, own.length) };
  };
  return {
    images: logits.length,
    positives: Array.from(labels).filter((label) => label === 1).length,
    patients: new Set(patients).size,
    auroc: auroc === null ? null : { value: auroc.auc, interval: auroc.interval },
    sensitivity: shareRight(1),
    specificity: shareRight(0),
    brier: brierScore(probabilities, labels),
    calibrationError: expectedCalibrationError(probabilities, labels),
  };
}

/** The measures of each body part, by name. */
export function measureBodyParts(judged: JudgedImages): { bodyPart: string; measures: ValidationMeasures }[] {
  const names = [...new Set(judged.bodyParts)].toSorted();
  return names.map((bodyPart) => {
    const of = judged.bodyParts.flatMap((name, at) => (name === bodyPart ? [at] : []));
    return {
      bodyPart,
      measures: measureValidation({
        logits: of.map((at) => judged.logits[at]!),
        labels: of.map((at) => judged.labels[at]!),
        patients: of.map((at) => judged.patients[at]!),
      }),
    };
  });
}
