/**
 * A reproducible stream of numbers in [0, 1), one for each list of integers: the k-th epoch's order or the n-th image's
 * augmentation can be drawn without those before it, so that a training resumes anywhere.
 *
 * @see Chris Wellons' lowbias32 to mix, and mulberry32 for the stream
 */
export function randomStream(...key: readonly number[]): () => number {
  let state = key.reduce((mixed, part) => lowbias32((mixed + (part >>> 0) + 0x9e3779b9) | 0), 0);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The numbers 0 to count − 1 in random order (Fisher and Yates). */
export function permutation(count: number, random: () => number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    const kept = order[last]!;
    order[last] = order[other]!;
    order[other] = kept;
  }
  return order;
}

function lowbias32(value: number): number {
  let x = value;
  x ^= x >>> 16;
  x = Math.imul(x, 0x7feb352d);
  x ^= x >>> 15;
  x = Math.imul(x, 0x846ca68b);
  return x ^ (x >>> 16);
}
