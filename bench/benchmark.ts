/** One figure of a benchmark: measured beside its limit or peer in the same run, so that the ratio holds on a noisy machine. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** value over the limit or peer named, both measured in this run. */
  readonly ratio?: Ratio;
}

export interface Ratio {
  readonly to: string;
  /** The median over rounds where there are several. */
  readonly value: number;
  /** Least and greatest over rounds. */
  readonly spread?: readonly [number, number];
}

export interface BenchmarkResult {
  readonly benchmark: string;
  /** What the figures depend on: sizes, threads, options. */
  readonly setting: Readonly<Record<string, string | number | boolean | null>>;
  readonly figures: readonly Figure[];
  /** Targets that were missed, in words; empty when all were met. */
  readonly missed: readonly string[];
}

export interface BenchmarkContext {
  /** Arguments after the benchmark's name, for its own parser. */
  readonly args: readonly string[];
  /** Progress and notices, on stderr. */
  note(text: string): void;
}

export interface Benchmark {
  readonly name: string;
  readonly summary: string;
  run(context: BenchmarkContext): Promise<BenchmarkResult>;
}

/** The middle value; the mean of the two middle ones for an even count. @throws RangeError when empty */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined) throw new RangeError("median of nothing");
  return (lower + upper) / 2;
}

/** @throws RangeError when empty */
export function medianRatio(to: string, values: readonly number[]): Ratio {
  return { to, value: median(values), spread: [Math.min(...values), Math.max(...values)] };
}
