/** How many images the device takes at once: as many as planned, until it runs out of memory. */
export class BatchRoom {
  readonly #onShrink: (size: number) => void;
  #size: number;

  constructor(size: number, onShrink: (size: number) => void = () => {}) {
    this.#size = size;
    this.#onShrink = onShrink;
  }

  /** At least 1. */
  get size(): number {
    return this.#size;
  }

  /** Remembers a size that passed where a larger one failed. It does not grow again: each try would cost a batch. */
  shrinkTo(size: number): void {
    if (size >= this.#size) return;
    this.#size = size;
    this.#onShrink(size);
  }
}
