import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readCsv, readCsvHead, type CsvRecord } from "@hairline/core/ingest";
import { temporaryFolder } from "@hairline/core/testing";
import { expect, test } from "vitest";

async function read(bytes: Uint8Array | string): Promise<{ delimiter: string; records: CsvRecord[] }> {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "rows.csv");
  await writeFile(path, bytes);
  const { delimiter } = await readCsvHead(path);
  const records: CsvRecord[] = [];
  for await (const chunk of readCsv(path, { delimiter })) records.push(...chunk);
  return { delimiter, records };
}

test.each([
  ["path,label\n", ","],
  ["path;label\n", ";"],
  ["path\tlabel\n", "\t"],
  ["path\n", ","],
  ['"a;b;c",d\n', ","],
  ["\n\npath;label\n", ";"],
])("the header %j is split at %j", async (text, delimiter) => {
  expect((await read(text)).delimiter).toBe(delimiter);
});

test("passes over a byte order mark", async () => {
  const { records } = await read("\uFEFFpath,label\na.png,1\n");
  expect(records.map(({ fields }) => fields)).toEqual([
    ["path", "label"],
    ["a.png", "1"],
  ]);
});

test("names the lines that are not UTF-8 and reads the others", async () => {
  const { records } = await read(Buffer.from("path\nR\u00f6ntgen.png\nb.png\n", "latin1"));
  expect(records).toEqual([
    { line: 1, fields: ["path"], fault: undefined },
    { line: 2, fields: [], fault: "is not UTF-8" },
    { line: 3, fields: ["b.png"], fault: undefined },
  ]);
});

test("keeps a letter whole that two chunks share", async () => {
  // Two-byte letters at odd offsets: every 64 KiB boundary cuts one.
  const name = `${"ß".repeat(100)}.png`;
  const { records } = await read(`x\n${`${name}\n`.repeat(2000)}`);
  expect(records).toHaveLength(2001);
  expect(new Set(records.slice(1).map(({ fields }) => fields[0]))).toEqual(new Set([name]));
});

test.each<[string, Uint8Array | string, string]>([
  ["an empty file", "", "ROW_INVALID"],
  ["a file of empty lines", "\n\n", "ROW_INVALID"],
  ["UTF-16", Buffer.from("\uFEFFpath\na.png\n", "utf16le"), "ROW_INVALID"],
  ["a first line that is not UTF-8", Buffer.from("gr\u00f6\u00dfe\n", "latin1"), "ROW_INVALID"],
  ["a first line with an open quote", '"path\n', "ROW_INVALID"],
  ["a binary file", Buffer.from([0x50, 0x4b, 3, 4, 0, 0]), "ARCHIVE_LAYOUT_UNKNOWN"],
])("%s is refused", async (_, bytes, code) => {
  await expect(read(bytes)).rejects.toMatchObject({ code });
});
