import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";

export interface EnginesOptions {
  /** CPU thread counts to compare at. */
  readonly threads: readonly number[];
  readonly rounds: number;
  readonly batch: number;
  readonly inputSize: number;
}

/** @throws RangeError for a value that is no whole number from 1 */
export function parseEnginesOptions(args: readonly string[]): EnginesOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      threads: { type: "string", default: `1,${availableParallelism()}` },
      rounds: { type: "string", default: "9" },
      batch: { type: "string", default: "8" },
      "input-size": { type: "string", default: "224" },
    },
  });
  return {
    threads: [...new Set(values.threads.split(",").map((text) => positive("threads", text)))],
    rounds: positive("rounds", values.rounds),
    batch: positive("batch", values.batch),
    inputSize: positive("input-size", values["input-size"]),
  };
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1) return value;
  throw new RangeError(`--${name} takes whole numbers from 1, not ${JSON.stringify(text)}`);
}
