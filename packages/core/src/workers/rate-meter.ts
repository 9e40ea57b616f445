/** Turns a growing count into a rate over the interval since it was last read. */
export class RateMeter {
  readonly #nowMs: () => number;
  #count: number;
  #atMs: number;

  /** @param nowMs a clock that only goes forward, in milliseconds */
  constructor(count = 0, nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
    this.#count = count;
    this.#atMs = nowMs();
  }

  /** @returns per second, at least 0; null when no time has passed since the last reading */
  read(count: number): number | null {
    const elapsedMs = this.#nowMs() - this.#atMs;
    if (!(elapsedMs > 0)) return null;
    const rate = ((count - this.#count) / elapsedMs) * 1000;
    this.#count = count;
    this.#atMs += elapsedMs;
    return rate;
  }
}
