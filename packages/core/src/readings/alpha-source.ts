import { alphaIndex } from "../triage/index.ts";

/**
 * Where the areas at an alpha are read from: a column of the predictions; the stored CAM grids, counted in SQL for each
 * row and so slower; or nowhere, because no config has an area gate.
 */
export type AlphaSource = "column" | "grid" | "unused";

/** The area column, 1 to 8, that holds the areas at an alpha; null when none does. */
export function areaColumn(alphas: readonly number[], alpha: number): number | null {
  const index = alphaIndex(alphas, alpha);
  return index < 0 ? null : index + 1;
}
