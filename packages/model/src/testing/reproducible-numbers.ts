/**
 * The same numbers in every language: hashes of name and index, 32 bits each.
 *
 * @see Chris Wellons' lowbias32, https://nullprogram.com/blog/2018/07/31/
 */
export function reproducibleHashes(name: string, count: number): Uint32Array {
  const seed = seedOf(name);
  const hashes = new Uint32Array(count);
  for (let index = 0; index < count; index += 1) {
    let x = (index + seed) | 0;
    x ^= x >>> 16;
    x = Math.imul(x, 0x7feb352d);
    x ^= x >>> 15;
    x = Math.imul(x, 0x846ca68b);
    x ^= x >>> 16;
    hashes[index] = x;
  }
  return hashes;
}

/** float32, each rounded from low + (high - low) * hash / 2^32 in float64. */
export function reproducibleUniform(
  name: string,
  { count, low, high }: { readonly count: number; readonly low: number; readonly high: number },
): Float32Array {
  const hashes = reproducibleHashes(name, count);
  const values = new Float32Array(count);
  for (let index = 0; index < count; index += 1)
    values[index] = low + (high - low) * ((hashes[index] ?? 0) / 2 ** 32);
  return values;
}

/** FNV-1a, 32 bits. */
function seedOf(name: string): number {
  let seed = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) seed = Math.imul(seed ^ byte, 0x01000193);
  return seed >>> 0;
}
