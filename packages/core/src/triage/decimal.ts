/** A decimal number as written: units x 10^-decimals. */
export interface Decimal {
  readonly units: bigint;
  readonly decimals: number;
}

/** Digits with at most 15 decimals: no sign, exponent, hexadecimal, Infinity or NaN. */
const DECIMAL = /^(?:\d{1,9}(?:\.\d{0,15})?|\.\d{1,15})$/;

/** @returns undefined when the text is not a plain decimal number */
export function parseDecimal(text: string): Decimal | undefined {
  if (!DECIMAL.test(text)) return undefined;
  const [whole = "", fraction = ""] = text.split(".");
  return { units: BigInt(whole + fraction), decimals: fraction.length };
}

/** The double nearest to the decimal. */
export function decimalToNumber({ units, decimals }: Decimal): number {
  return Number(`${units}e-${decimals}`);
}

function unitsAt(decimal: Decimal, decimals: number): bigint {
  return decimal.units * 10n ** BigInt(decimals - decimal.decimals);
}

export interface DecimalRange {
  readonly start: Decimal;
  readonly end: Decimal;
  /** More than 0. */
  readonly step: Decimal;
}

/** How many values the range has; 0 when it ends before it starts. */
export function rangeLength({ start, end, step }: DecimalRange): number {
  const decimals = Math.max(start.decimals, end.decimals, step.decimals);
  const span = unitsAt(end, decimals) - unitsAt(start, decimals);
  return span < 0n ? 0 : Number(span / unitsAt(step, decimals)) + 1;
}

/**
 * start, start + step, ... up to and including end where the step meets it. Stepped in whole units, so
 * 0.18:0.26:0.02 ends in 0.26 and holds no 0.22000000000000003.
 */
export function rangeValues(range: DecimalRange): number[] {
  const decimals = Math.max(range.start.decimals, range.end.decimals, range.step.decimals);
  const start = unitsAt(range.start, decimals);
  const step = unitsAt(range.step, decimals);
  return Array.from({ length: rangeLength(range) }, (_, index) =>
    decimalToNumber({ units: start + BigInt(index) * step, decimals }),
  );
}
