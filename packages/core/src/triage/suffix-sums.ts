/** Adds to each entry the one `stride` after it, back to front, in blocks of `block` entries. */
function accumulate(cells: Uint32Array, block: number, stride: number): void {
  for (let start = 0; start < cells.length; start += block) {
    for (let at = start + block - stride - 1; at >= start; at--) {
      cells[at] = (cells[at] ?? 0) + (cells[at + stride] ?? 0);
    }
  }
}

/**
 * Turns a cube of row counts by strictest level passed into counts of rows that pass each level, in place:
 * the entry at (i, j, l) becomes the sum of all entries at (>= i, >= j, >= l). O(cells), three passes.
 *
 * @param cells shape [any, p, entropy, area], row-major; levels loosest first; each sum below 2^32
 * @param shape the last three dimensions
 */
export function suffixSums(cells: Uint32Array, shape: readonly [number, number, number]): void {
  const [pCount, entropyCount, areaCount] = shape;
  accumulate(cells, areaCount, 1);
  accumulate(cells, entropyCount * areaCount, areaCount);
  accumulate(cells, pCount * entropyCount * areaCount, entropyCount * areaCount);
}

/** Running totals: entry n is the sum of the first n of `counts`. shape [counts + 1]. */
export function prefixSums(counts: Uint32Array): Uint32Array {
  const sums = new Uint32Array(counts.length + 1);
  for (let at = 0; at < counts.length; at++) sums[at + 1] = (sums[at] ?? 0) + (counts[at] ?? 0);
  return sums;
}
