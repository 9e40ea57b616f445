import { HairlineError } from "@hairline/core/errors";

/** The batches an engine has at work: closing waits for them and lets no other begin. */
export class UnderWay {
  readonly #runs = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  /** @throws HairlineError ENGINE_UNAVAILABLE after close */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) throw new HairlineError("ENGINE_UNAVAILABLE", "The engine is closed.");
    const run = work();
    this.#runs.add(run);
    try {
      return await run;
    } finally {
      this.#runs.delete(run);
    }
  }

  /** Ends after the runs at work and one call of `release`; a second call waits for the first. */
  close(release: () => Promise<void> | void): Promise<void> {
    this.#closing ??= Promise.allSettled(this.#runs).then(release);
    return this.#closing;
  }
}
