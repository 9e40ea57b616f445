/** How long each part of a command took. */
export class Phases {
  readonly #seconds: Record<string, number> = {};

  /** Seconds by name, in the order they ran; two decimals. */
  get seconds(): Readonly<Record<string, number>> {
    return this.#seconds;
  }

  async time<Result>(name: string, run: () => Promise<Result>): Promise<Result> {
    const startedMs = performance.now();
    try {
      return await run();
    } finally {
      this.#seconds[name] = Math.round((performance.now() - startedMs) / 10) / 100;
    }
  }
}
