import { parseArgs } from "node:util";

export interface PlanBenchOptions {
  readonly images: number;
  readonly rounds: number;
}

/** @throws RangeError naming the option that is not a whole number above 0 */
export function parsePlanOptions(args: readonly string[]): PlanBenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: { images: { type: "string" }, rounds: { type: "string" } },
  });
  return {
    images: wholeNumber("--images", values.images ?? "1000000"),
    rounds: wholeNumber("--rounds", values.rounds ?? "3"),
  };
}

function wholeNumber(option: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new RangeError(`${option} takes a whole number above 0, not ${JSON.stringify(text)}`);
}
