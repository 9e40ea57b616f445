import { parseArgs } from "node:util";

export interface SweepBenchOptions {
  /** Predictions of each table measured. */
  readonly rows: readonly number[];
  readonly rounds: number;
}

/** The original's test archive, and three decades above. */
const DEFAULT_ROWS = [3_197, 100_000, 1_000_000, 10_000_000];
const DEFAULT_ROUNDS = 5;

/** @throws RangeError naming the option that is not a whole number above 0 */
export function parseSweepOptions(args: readonly string[]): SweepBenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: { rows: { type: "string" }, rounds: { type: "string" } },
  });
  return {
    rows: values.rows?.split(",").map((text) => wholeNumber("--rows", text)) ?? DEFAULT_ROWS,
    rounds: values.rounds === undefined ? DEFAULT_ROUNDS : wholeNumber("--rounds", values.rounds),
  };
}

function wholeNumber(option: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new RangeError(`${option} takes whole numbers above 0, not ${JSON.stringify(text)}`);
}
