/**
 * A stream of pseudo-random numbers: sfc32 (Chris Doty-Humphrey, PractRand), seeded by FNV-1a over the seed and
 * the labels of the stream. Only 32-bit integer steps and exact divisions, so a seed gives the same numbers on
 * every engine and CPU.
 */
export class RandomStream {
  readonly #key: string;
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number | string) {
    this.#key = String(seed);
    this.#a = fnv1a(this.#key, 0x811c9dc5);
    this.#b = fnv1a(this.#key, this.#a ^ 0x9e3779b9);
    this.#c = fnv1a(this.#key, this.#b ^ 0x85ebca6b);
    for (let i = 0; i < 12; i++) this.bits();
  }

  /** A stream of its own, whose numbers do not depend on how many were drawn here. */
  stream(label: string): RandomStream {
    return new RandomStream(`${this.#key}/${label}`);
  }

  /** 32 random bits as an unsigned integer. */
  bits(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (this.#c << 21) | (this.#c >>> 11);
    this.#c = (this.#c + sum) | 0;
    return sum >>> 0;
  }

  /** Uniform in [0, 1). */
  uniform(): number {
    return this.bits() / 4294967296;
  }

  /** Uniform in [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }

  /** Uniform integer in [0, count). */
  below(count: number): number {
    return Math.floor(this.uniform() * count);
  }

  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError("pick from an empty list");
    return item;
  }

  /** Near-normal (sum of four bytes, Irwin–Hall), mean 0, standard deviation 1, within ±3.5. */
  normal(): number {
    const word = this.bits();
    const sum = (word & 255) + ((word >>> 8) & 255) + ((word >>> 16) & 255) + (word >>> 24);
    return (sum - 510) / 147.8;
  }
}

function fnv1a(text: string, basis: number): number {
  let hash = basis | 0;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}
