import type { Recipe } from "./recipe.ts";

/**
 * Learning rate of a step: a linear rise over the warm-up, then constant or half a cosine down to 0.
 *
 * @param step from 0
 * @param steps of the whole training
 */
export function learningRateAt(
  { learningRate, warmup, schedule }: Pick<Recipe, "learningRate" | "warmup" | "schedule">,
  step: number,
  steps: number,
): number {
  const rise = Math.round(warmup * steps);
  if (step < rise) return (learningRate * (step + 1)) / rise;
  if (schedule === "constant") return learningRate;
  const passed = (step - rise) / Math.max(1, steps - rise);
  return (learningRate * (1 + Math.cos(Math.PI * Math.min(1, passed)))) / 2;
}
