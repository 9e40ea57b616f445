import { HairlineError } from "../errors.ts";

/** @throws HairlineError BAD_ARGUMENT unless 0 < level < 1 */
export function checkLevel(field: string, level: number): void {
  if (level > 0 && level < 1) return;
  throw new HairlineError("BAD_ARGUMENT", `${field} is ${level}, not between 0 and 1.`, { field });
}

/** @throws HairlineError BAD_SHAPE unless both are whole numbers and 0 <= successes <= trials */
export function checkCounts(successes: number, trials: number): void {
  if (
    Number.isSafeInteger(successes) &&
    Number.isSafeInteger(trials) &&
    successes >= 0 &&
    successes <= trials
  )
    return;
  throw new HairlineError("BAD_SHAPE", `${successes} of ${trials} is no count.`, { field: "successes" });
}

/** @throws HairlineError BAD_SHAPE when the lengths differ */
export function checkSameLength(field: string, length: number, expected: number): void {
  if (length === expected) return;
  throw new HairlineError("BAD_SHAPE", `${field} has ${length} values, not ${expected}.`, { field });
}

/** @throws HairlineError BAD_SHAPE when lengths differ, a score is NaN or a label is neither 0 nor 1 */
export function checkScored(scores: ArrayLike<number>, labels: ArrayLike<number>): void {
  checkSameLength("labels", labels.length, scores.length);
  for (let at = 0; at < scores.length; at++) {
    if (Number.isNaN(scores[at]))
      throw new HairlineError("BAD_SHAPE", `Score ${at} is NaN.`, { field: "scores" });
    if (labels[at] !== 0 && labels[at] !== 1) {
      throw new HairlineError("BAD_SHAPE", `Label ${at} is ${labels[at]}, not 0 or 1.`, { field: "labels" });
    }
  }
}

/** @throws HairlineError BAD_SHAPE when a value is NaN or outside [0, 1] */
export function checkUnitInterval(field: string, values: ArrayLike<number>): void {
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!;
    if (value >= 0 && value <= 1) continue;
    throw new HairlineError("BAD_SHAPE", `${field} ${at} is ${value}, not in [0, 1].`, { field });
  }
}

/** @throws HairlineError BAD_SHAPE when the lengths differ or a weight is negative or not finite */
export function checkWeights(weights: ArrayLike<number>, length: number): void {
  checkSameLength("weights", weights.length, length);
  for (let at = 0; at < length; at++) {
    const weight = weights[at]!;
    if (weight >= 0 && weight < Infinity) continue;
    throw new HairlineError("BAD_SHAPE", `Weight ${at} is ${weight}.`, { field: "weights" });
  }
}
