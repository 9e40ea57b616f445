import { createReadStream } from "node:fs";

const CHUNK_BYTES = 65_536;

/** A CSV wherever it lies; each call of `bytes` reads it from its beginning. */
export interface CsvFile {
  /** Path or URL, for messages and default names. */
  readonly name: string;
  bytes(signal?: AbortSignal): AsyncIterable<Uint8Array>;
}

export function localCsv(path: string): CsvFile {
  return {
    name: path,
    bytes: (signal) =>
      createReadStream(path, { highWaterMark: CHUNK_BYTES, ...(signal === undefined ? {} : { signal }) }),
  };
}
