/**
 * Shannon entropy of a CAM, in nats: the grid is min–max normalised, divided by its sum, and read as a
 * distribution over cells. 0 when one cell holds everything, ln(cells) at most.
 *
 * @param grid shape [h*w], finite
 * @returns entropy in [0, ln(h*w)], or null when the grid is flat (no distribution can be formed)
 * @see Shannon 1948; the normalisation is that of the original research code
 */
export function camEntropy(grid: Float32Array): number | null {
  let minimum = Number.POSITIVE_INFINITY;
  let maximum = Number.NEGATIVE_INFINITY;
  for (const cell of grid) {
    if (cell < minimum) minimum = cell;
    if (cell > maximum) maximum = cell;
  }
  if (!(maximum > minimum)) return null;

  // Min–max normalising only shifts and scales; the scale cancels when the cells are divided by their sum.
  let sum = 0;
  for (const cell of grid) sum += cell - minimum;
  let entropy = 0;
  for (const cell of grid) {
    const share = (cell - minimum) / sum;
    if (share > 0) entropy -= share * Math.log(share);
  }
  return Math.max(0, entropy);
}
