/** A seeded stream of pseudo-random numbers: the same seed gives the same stream on every machine. */
export interface Random {
  /** @returns an integer in [0, 2^32) */
  next32(): number;
  /** @returns in [0, 1), a multiple of 2^-53 */
  uniform(): number;
  /** @param bound integer in [1, 2^32]; @returns an unbiased integer in [0, bound) */
  below(bound: number): number;
}

const rotateLeft = (x: number, bits: number): number => (x << bits) | (x >>> (32 - bits));

/** The stream that turns one 32-bit seed into a state without short cycles or an all-zero start. */
function splitmix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e37_79b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0_aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a_2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
}

/**
 * xoshiro128** 1.1, period 2^128 - 1, its four words drawn from splitmix32 of the seed. Not for secrets.
 *
 * @param seed integer; taken modulo 2^32
 * @see Blackman & Vigna 2021, ACM TOMS 47:36
 */
export function createRandom(seed: number): Random {
  const word = splitmix32(seed);
  let [a, b, c, d] = [word(), word(), word(), word()];
  let lastBound = 0;
  let limit = 0;
  const next32 = (): number => {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotateLeft(d, 11);
    return result;
  };
  return {
    next32,
    uniform: () => ((next32() >>> 5) * 67_108_864 + (next32() >>> 6)) / 9_007_199_254_740_992,
    below: (bound) => {
      // The top remainder is rejected, so that every residue is equally likely.
      if (bound !== lastBound) {
        lastBound = bound;
        limit = 4_294_967_296 - (4_294_967_296 % bound);
      }
      let drawn = next32();
      while (drawn >= limit) drawn = next32();
      // Exact below 2^32, and several times faster than % on doubles.
      return drawn - Math.floor(drawn / bound) * bound;
    },
  };
}
