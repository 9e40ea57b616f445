import type { Calibrator } from "./calibrator.ts";
import {
  type CalibrationSample,
  calibrationSample,
  checkOverlap,
  type FitOptions,
  undefinedCalibration,
} from "./calibration-sample.ts";
import { fitLogistic, settled } from "./fit-logistic.ts";
import { softplus } from "./logit.ts";

interface BetaFit {
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** The best with a = 0 or b = 0: where the maximum lies when the free one would not be monotone. */
function fitEdges(sample: CalibrationSample, [low, high, one]: readonly Float64Array[]): BetaFit {
  const [first, second] = [low!, high!].map((column) => fitLogistic({ columns: [column, one!], ...sample }));
  const rising = [first!, second!].filter((fit) => fit.coefficients[0]! > 0);
  if (rising.length === 0) {
    throw undefinedCalibration("Positives have the lower logits, so calibration would reorder.");
  }
  // Logits in the hundreds can flatten one edge's column until its slope runs off; the other then decides.
  const sound = rising.filter((fit) => fit.converged).toSorted((left, right) => left.loss - right.loss);
  const best = sound[0] ?? settled(rising[0]!);
  const [slope = 0, c = 0] = best.coefficients;
  return best === first ? { a: slope, b: 0, c } : { a: 0, b: slope, c };
}

/**
 * Beta calibration: logit' = a ln p - b ln(1 - p) + c by maximum likelihood with a, b >= 0; the identity is a = b = 1,
 * c = 0. Taken on logits, so that probabilities near 0 and 1 keep their digits.
 *
 * @param logits shape [n]; finite
 * @param labels shape [n]; 1 positive, 0 negative
 * @throws HairlineError BAD_SHAPE for the arrays; CALIBRATION_UNDEFINED when a class is absent, a threshold separates
 *   the classes or positives have the lower logits
 * @see Kull et al. 2017, AISTATS, PMLR 54:623-631
 */
export function fitBeta(
  logits: ArrayLike<number>,
  labels: ArrayLike<number>,
  options: FitOptions = {},
): Extract<Calibrator, { method: "beta" }> {
  const sample = calibrationSample(logits, labels, options);
  checkOverlap(sample);
  const columns = [
    Float64Array.from(logits, (logit) => -softplus(-logit)),
    Float64Array.from(logits, (logit) => softplus(logit)),
    new Float64Array(logits.length).fill(1),
  ];
  const free = fitLogistic({ columns, ...sample });
  const [a = 0, b = 0, c = 0] = free.coefficients;
  // A free fit need not converge: a curve that rises and falls can separate classes that no threshold does.
  const isMonotone = free.converged && a >= 0 && b >= 0 && a + b > 0;
  const found = isMonotone ? { a, b, c } : fitEdges(sample, columns);
  return { version: 1, method: "beta", a: found.a, b: found.b, c: found.c };
}
