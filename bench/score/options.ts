import { parseArgs } from "node:util";

export interface ScoreBenchOptions {
  /** Images scored in each round. */
  readonly images: number;
  readonly rounds: number;
  /** Cores the whole benchmark is pinned to; null for all. */
  readonly cores: number | null;
  /** Folder of images to score instead of generated ones. */
  readonly folder: string | null;
  /** Also run the documented PyTorch script on the same images. */
  readonly peer: boolean;
  /** Worker processes that share the run. */
  readonly workers: number;
}

export function parseScoreOptions(args: readonly string[]): ScoreBenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      images: { type: "string", default: "4096" },
      rounds: { type: "string", default: "3" },
      cores: { type: "string" },
      folder: { type: "string" },
      peer: { type: "boolean", default: false },
      workers: { type: "string", default: "1" },
    },
  });
  return {
    images: positive("images", values.images),
    rounds: positive("rounds", values.rounds),
    cores: values.cores === undefined ? null : positive("cores", values.cores),
    folder: values.folder ?? null,
    peer: values.peer,
    workers: positive("workers", values.workers),
  };
}

/** @throws RangeError for text that is no whole number from 1 */
export function positive(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new RangeError(`--${name} ${text}: expected a positive whole number`);
}
