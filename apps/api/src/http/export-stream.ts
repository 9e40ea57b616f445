import { createReadStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { Export } from "@hairline/core/exports";
import { csvLine, writeParquet } from "@hairline/core/tables";

/**
 * An export as CSV, read as the client takes it. The first rows are read before it returns, so that an export that
 * cannot be made is still answered with a problem.
 *
 * @param done called once, when it ends however it ends
 */
export async function csvStream({ table, rows }: Export, done: () => void): Promise<Readable> {
  const pieces = csvPieces(csvLine(table.columns.map(({ name }) => name)), rows);
  try {
    const first = await pieces.next();
    return Readable.from(withFirst(first, pieces)).once("close", done);
  } catch (error) {
    done();
    throw error;
  }
}

async function* csvPieces(head: string, rows: Export["rows"]): AsyncGenerator<string> {
  let lines = head;
  for await (const row of rows) {
    lines += csvLine(row);
    if (lines.length < 65_536) continue;
    yield lines;
    lines = "";
  }
  yield lines;
}

async function* withFirst(
  first: IteratorResult<string>,
  rest: AsyncGenerator<string>,
): AsyncGenerator<string> {
  try {
    if (first.done !== true) yield first.value;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}

/** An export as a Parquet file, whose index comes last: written whole, then sent and removed. */
export async function parquetStream(
  exported: Export,
  { dataset, done }: { dataset: string; done: () => void },
): Promise<Readable> {
  const folder = await mkdtemp(join(tmpdir(), "hairline-export-"));
  const remove = async (): Promise<void> => {
    done();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const file = join(folder, "export.parquet");
    await writeParquet(file, exported, { metadata: { dataset }, signal: new AbortController().signal });
    return createReadStream(file).once("close", () => void remove());
  } catch (error) {
    await remove();
    throw error;
  }
}
