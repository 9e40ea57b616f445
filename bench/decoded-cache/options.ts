import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";

export interface DecodedCacheBenchOptions {
  /** Studies to draw, of one to four images each. */
  readonly studies: number;
  readonly rounds: number;
  readonly threads: number;
  /** Folder of images to read instead of drawn ones. */
  readonly folder: string | null;
  /** Also scores the images, through the queue and into PostgreSQL. */
  readonly endToEnd: boolean;
}

export function parseDecodedCacheOptions(args: readonly string[]): DecodedCacheBenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      studies: { type: "string", default: "400" },
      rounds: { type: "string", default: "5" },
      threads: { type: "string", default: String(availableParallelism()) },
      images: { type: "string" },
      "end-to-end": { type: "boolean", default: false },
    },
  });
  return {
    studies: positive("studies", values.studies),
    rounds: positive("rounds", values.rounds),
    threads: positive("threads", values.threads),
    folder: values.images ?? null,
    endToEnd: values["end-to-end"],
  };
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1) return value;
  throw new RangeError(`--${name} takes whole numbers from 1, not ${JSON.stringify(text)}`);
}
