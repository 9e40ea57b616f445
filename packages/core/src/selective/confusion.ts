import { HairlineError } from "../errors.ts";

/** Readings against labels; fracture is the positive class. */
export interface ConfusionCounts {
  readonly tp: number;
  readonly fp: number;
  readonly tn: number;
  readonly fn: number;
}

/** All in [0, 1] but kappa, in [-1, 1]; null where the denominator is 0, never NaN. */
export interface ConfusionMetrics {
  readonly sensitivity: number | null;
  readonly specificity: number | null;
  readonly ppv: number | null;
  readonly npv: number | null;
  /** 2tp / (2tp + fp + fn), so it is 0, not undefined, where ppv is undefined but fractures were missed. */
  readonly f1: number | null;
  readonly accuracy: number | null;
  /** Cohen's kappa; null where both raters name one class only, since agreement is then certain by chance. */
  readonly kappa: number | null;
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

/**
 * Cohen's kappa of the readings with the labels, MURA's metric: agreement beyond chance.
 *
 * @returns in [-1, 1]; null without images or where chance agreement is 1
 * @see Cohen 1960, Educ. Psychol. Meas. 20:37-46
 * @see Rajpurkar et al. 2017 (MURA), arXiv:1712.06957
 */
export function cohenKappa({ tp, fp, tn, fn }: ConfusionCounts): number | null {
  return ratio(2 * (tp * tn - fp * fn), (tp + fp) * (fp + tn) + (tp + fn) * (fn + tn));
}

/**
 * The metrics of a two-by-two table. Intervals: `clusterBootstrap` over patients, or `wilsonInterval` and
 * `clopperPearsonInterval` where every image is another patient's.
 *
 * @throws HairlineError BAD_SHAPE when a count is negative or not finite
 */
export function confusionMetrics(counts: ConfusionCounts): ConfusionMetrics {
  const { tp, fp, tn, fn } = counts;
  if (![tp, fp, tn, fn].every((count) => count >= 0 && count < Infinity)) {
    throw new HairlineError("BAD_SHAPE", `Counts ${tp}, ${fp}, ${tn}, ${fn} are not all 0 or more.`);
  }
  return {
    sensitivity: ratio(tp, tp + fn),
    specificity: ratio(tn, tn + fp),
    ppv: ratio(tp, tp + fp),
    npv: ratio(tn, tn + fn),
    f1: ratio(2 * tp, 2 * tp + fp + fn),
    accuracy: ratio(tp + tn, tp + fp + tn + fn),
    kappa: cohenKappa(counts),
  };
}
