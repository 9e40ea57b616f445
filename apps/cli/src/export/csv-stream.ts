import type { Export } from "@hairline/core/exports";
import { csvLine } from "@hairline/core/tables";
import type { Output } from "../output.ts";

/** Writes an export as CSV, piece by piece as the reader takes it. */
export async function writeCsvExport(
  output: Output,
  { table, rows }: Export,
  signal: AbortSignal,
): Promise<void> {
  let lines = csvLine(table.columns.map(({ name }) => name));
  for await (const row of rows) {
    lines += csvLine(row);
    if (lines.length < 65_536) continue;
    signal.throwIfAborted();
    await output.write(lines);
    lines = "";
  }
  await output.write(lines);
}
