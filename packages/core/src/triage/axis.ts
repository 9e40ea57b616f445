/**
 * One sweep axis as the distinct float32 thresholds a row can pass, loosest first. A row that passes n of them
 * passes exactly the first n, which is what lets a row be one cell and a config a sum over cells.
 */
export interface Axis {
  /** Distinct finite thresholds, float32, loosest first. */
  readonly thresholds: readonly number[];
  /** Whether the loosest level is the absent gate, which comes before all thresholds. */
  readonly hasNone: boolean;
  /** Number of distinct levels, `none` included. */
  readonly levelCount: number;
  /** shape [values as asked]; the level, from 0 loosest, of each. */
  readonly levels: Int32Array;
}

function axis(values: readonly (number | null)[], loosestFirst: (a: number, b: number) => number): Axis {
  const finite = values.filter((value) => value !== null).map(Math.fround);
  const thresholds = [...new Set(finite)].toSorted(loosestFirst);
  const hasNone = values.includes(null);
  const offset = hasNone ? 1 : 0;
  const levelOf = new Map(thresholds.map((threshold, index) => [threshold, index + offset]));
  const levels = Int32Array.from(values, (value) =>
    value === null ? 0 : (levelOf.get(Math.fround(value)) ?? 0),
  );
  return { thresholds, hasNone, levelCount: thresholds.length + offset, levels };
}

/** Thresholds a fact passes from below (p >= p_low): the lowest is the loosest. */
export function floorAxis(values: readonly number[]): Axis {
  return axis(values, (a, b) => a - b);
}

/** Thresholds a fact passes from above (entropy <= entropy_max), null for no gate: none, then the highest. */
export function capAxis(values: readonly (number | null)[]): Axis {
  return axis(values, (a, b) => b - a);
}

/** The distinct alphas of a sweep, equal ones by float32 merged; `levels` gives each asked value's position. */
export interface AlphaAxis {
  readonly alphas: readonly number[];
  readonly levels: Int32Array;
}

export function alphaAxis(values: readonly number[]): AlphaAxis {
  const distinct = new Map<number, number>();
  for (const value of values) {
    if (!distinct.has(Math.fround(value))) distinct.set(Math.fround(value), value);
  }
  const positions = new Map([...distinct.keys()].map((key, index) => [key, index]));
  return {
    alphas: [...distinct.values()],
    levels: Int32Array.from(values, (value) => positions.get(Math.fround(value)) ?? 0),
  };
}

/** The axis of a sweep in which alpha changes nothing. */
export function singleAlpha(values: readonly number[]): AlphaAxis {
  return { alphas: values.slice(0, 1), levels: new Int32Array(values.length) };
}
