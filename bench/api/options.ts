import { parseArgs } from "node:util";

export interface ApiBenchOptions {
  /** Requests of each kind of reading. */
  readonly reads: number;
  /** Uploads, each into a study of its own. */
  readonly uploads: number;
  /** Connections that send at once. The API takes at most eight uploads at once in a process. */
  readonly concurrency: number;
}

const MAX_UPLOADS_AT_ONCE = 8;

/** @throws RangeError naming the option that is not a whole number in its range */
export function parseApiOptions(args: readonly string[]): ApiBenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: { reads: { type: "string" }, uploads: { type: "string" }, concurrency: { type: "string" } },
  });
  return {
    reads: wholeNumber("--reads", values.reads ?? "500", 1_000_000),
    uploads: wholeNumber("--uploads", values.uploads ?? "300", 1_000_000),
    concurrency: wholeNumber("--concurrency", values.concurrency ?? "8", MAX_UPLOADS_AT_ONCE),
  };
}

function wholeNumber(option: string, text: string, greatest: number): number {
  if (/^[1-9]\d{0,8}$/.test(text) && Number(text) <= greatest) return Number(text);
  throw new RangeError(`${option} takes a whole number in [1, ${greatest}], not ${JSON.stringify(text)}`);
}
