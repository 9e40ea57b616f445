import { HairlineError } from "../errors.ts";

/** How the probabilities of a study's views become one. */
export const POOLINGS = ["mean", "max", "min", "noisy_or"] as const;
export type Pooling = (typeof POOLINGS)[number];

/**
 * The probability of a study from those of its views. noisy_or is 1 - prod(1 - p): a fracture in any view, were views
 * independent, which they are not; it rises with the number of views.
 *
 * Sums and products run in double precision over rising probabilities, so that neither row order nor where they run
 * (here, or PostgreSQL's ordered aggregates) can change a bit; the result is rounded to float32, the precision of facts.
 *
 * @param probabilities shape [views >= 1]; in [0, 1], float32
 * @returns in [0, 1], a float32
 * @throws HairlineError BAD_SHAPE without views
 */
export function poolProbability(pooling: Pooling, probabilities: readonly number[]): number {
  if (probabilities.length === 0)
    throw new HairlineError("BAD_SHAPE", "A study needs at least one scored view.");
  const rising = probabilities.map(Math.fround).toSorted((a, b) => a - b);
  switch (pooling) {
    case "mean":
      return Math.fround(rising.reduce((sum, p) => sum + p, 0) / rising.length);
    case "max":
      return rising.at(-1) ?? 0;
    case "min":
      return rising[0] ?? 0;
    case "noisy_or":
      // Not 1 - prod(1 - p), which loses every p below 1e-16.
      return Math.fround(rising.reduce((any, p) => any + p * (1 - any), 0));
  }
}
