import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { DEFAULT_SHARD_SIZE } from "@hairline/core/runs";
import { positive } from "../score/options.ts";

/** Fewer leave workers without a shard at the end of the run, and measure that. */
const SHARDS_EACH = 4;

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
      images: { type: "string", default: "4096" },
      rounds: { type: "string", default: "3" },
    },
  });
  const counts = values.workers.split(",").map((text) => positive("workers", text));
  const cores = availableParallelism();
  if (counts.some((count) => count > cores))
    throw new RangeError(`--workers ${values.workers}: this machine has ${cores} cores`);
  const images = positive("images", values.images);
  const least = SHARDS_EACH * DEFAULT_SHARD_SIZE * Math.max(...counts);
  if (images < least)
    throw new RangeError(`--images ${images}: workers that share whole shards need ${least} at least`);
  return {
    workers: [...new Set([1, ...counts])].toSorted((a, b) => a - b),
    images,
    rounds: positive("rounds", values.rounds),
  };
}
