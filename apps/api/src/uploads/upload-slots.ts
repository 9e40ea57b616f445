import { HairlineError } from "@hairline/core/errors";

/** Places for uploads in this process; each may hold an image in memory and a connection of the database. */
export class UploadSlots {
  readonly #atOnce: number;
  #taken = 0;

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /** @throws HairlineError RATE_LIMITED when all are taken */
  take(): Disposable {
    if (this.#taken >= this.#atOnce) {
      throw new HairlineError("RATE_LIMITED", `${this.#atOnce} uploads are under way.`, {
        remedy: "Send it again after a moment.",
      });
    }
    this.#taken += 1;
    return { [Symbol.dispose]: () => void (this.#taken -= 1) };
  }
}
