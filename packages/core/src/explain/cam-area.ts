/**
 * Activated-area ratio of a CAM: the share of cells strictly above `alpha` times the largest cell.
 * Cells are float32, the product is float64, so SQL over `real[]` gives the same count.
 *
 * @param grid shape [h*w], finite
 * @param alpha in [0, 1)
 * @returns share in (0, 1], or null when no cell is positive
 */
export function camAreaRatio(grid: Float32Array, alpha: number): number | null {
  let maximum = 0;
  for (const cell of grid) if (cell > maximum) maximum = cell;
  if (maximum <= 0) return null;
  const threshold = alpha * maximum;
  let activated = 0;
  for (const cell of grid) if (cell > threshold) activated += 1;
  return activated / grid.length;
}
