import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { positive } from "../score/options.ts";

export interface WorkersOptions {
  /** Numbers of workers to compare, rising, the first being 1. */
  readonly workers: readonly number[];
  readonly images: number;
  readonly rounds: number;
}

/** @throws RangeError for a value that is no whole number from 1, or more workers than cores */
export function parseWorkersOptions(args: readonly string[]): WorkersOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      workers: { type: "string", default: "1,2,4" },
      images: { type: "string", default: "1024" },
      rounds: { type: "string", default: "3" },
    },
  });
  const counts = values.workers.split(",").map((text) => positive("workers", text));
  const cores = availableParallelism();
  if (counts.some((count) => count > cores))
    throw new RangeError(`--workers ${values.workers}: this machine has ${cores} cores`);
  return {
    workers: [...new Set([1, ...counts])].toSorted((a, b) => a - b),
    images: positive("images", values.images),
    rounds: positive("rounds", values.rounds),
  };
}
