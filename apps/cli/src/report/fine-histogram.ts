import type { Histogram } from "./report-input.ts";

type Label = 0 | 1 | null;

export interface HistogramRange {
  /** Width of the bins that are counted; drawn ones are whole multiples of it. */
  readonly width: number;
  /** Values from here on share the last bin. */
  readonly limit: number;
}

const MAX_DRAWN_BINS = 32;

/** Counts values of 0 and more in fine bins, so that the range to draw can be chosen once all were seen. */
export class FineHistogram {
  readonly #width: number;
  readonly #counts: readonly [Uint32Array, Uint32Array, Uint32Array];
  #missing = 0;

  constructor({ width, limit }: HistogramRange) {
    this.#width = width;
    const bins = Math.ceil(limit / width - 1e-9);
    this.#counts = [new Uint32Array(bins), new Uint32Array(bins), new Uint32Array(bins)];
  }

  add(value: number | null, label: Label): void {
    if (value === null) {
      this.#missing += 1;
      return;
    }
    const counts = this.#counts[label ?? 2];
    // Without the tolerance 0.3 would fall below the bin that starts at 3 x 0.1 = 0.30000000000000004.
    const bin = Math.min(counts.length - 1, Math.floor(value / this.#width + 1e-6));
    counts[bin] = counts[bin]! + 1;
  }

  /** All of the range, in the fine bins themselves. */
  whole(): Histogram {
    return this.#merged({ first: 0, end: this.#counts[0].length, merge: 1 });
  }

  /** The part of the range that has values, widened to hold `shown`, in at most 32 bins. */
  occupied(shown: readonly number[] = []): Histogram {
    const bins = this.#counts[0].length;
    const total = (bin: number): number => this.#counts.reduce((sum, counts) => sum + counts[bin]!, 0);
    const used = Array.from({ length: bins }, (_, bin) => bin).filter((bin) => total(bin) > 0);
    const marks = shown
      .map((value) => Math.floor(value / this.#width))
      .filter((bin) => bin >= 0 && bin < bins);
    const extent = [...used, ...marks];
    if (extent.length === 0) return this.#merged({ first: 0, end: 1, merge: 1 });
    const [least, most] = [Math.min(...extent), Math.max(...extent) + 1];
    let merge = 1;
    while (Math.ceil(most / merge) - Math.floor(least / merge) > MAX_DRAWN_BINS) merge *= 2;
    return this.#merged({
      first: Math.floor(least / merge) * merge,
      end: Math.ceil(most / merge) * merge,
      merge,
    });
  }

  #merged({ first, end, merge }: { first: number; end: number; merge: number }): Histogram {
    const [negative, positive, unlabelled] = this.#counts.map((counts) =>
      Array.from({ length: (end - first) / merge }, (_, bin) => {
        const start = first + bin * merge;
        return counts.subarray(start, start + merge).reduce((sum, count) => sum + count, 0);
      }),
    ) as [number[], number[], number[]];
    return {
      from: first * this.#width,
      to: end * this.#width,
      negative,
      positive,
      unlabelled,
      missing: this.#missing,
    };
  }
}
