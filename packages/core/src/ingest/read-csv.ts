import { HairlineError } from "../errors.ts";
import { localCsv, type CsvFile } from "./csv-file.ts";
import { CsvScanner, type CsvRecord } from "./csv-scan.ts";

const HEAD_BYTES = 131_072;

const DELIMITERS = [",", ";", "\t"] as const;
export type Delimiter = (typeof DELIMITERS)[number];

export interface CsvHead {
  /** The one of comma, semicolon and tab that the first line has most of. */
  readonly delimiter: Delimiter;
  readonly first: CsvRecord;
  /** The records that the first 128 KiB hold, the first among them. */
  readonly sample: readonly CsvRecord[];
}

/**
 * The first record of a CSV and its delimiter.
 * @throws HairlineError ROW_INVALID (line 1) for an empty file, UTF-16, or a first line that cannot be read;
 *   ARCHIVE_LAYOUT_UNKNOWN for a binary file
 */
export async function readCsvHead(source: string | CsvFile): Promise<CsvHead> {
  const file = csvFile(source);
  const path = file.name;
  const bytes = await readHead(file);
  refuseOtherEncodings(bytes, path);
  const text = new TextDecoder().decode(bytes, { stream: bytes.length === HEAD_BYTES });
  const delimiter = detectDelimiter(text);
  const scanner = new CsvScanner(delimiter);
  const sample = Array.from(scanner.push(text), checkedUtf8);
  if (bytes.length < HEAD_BYTES) sample.push(...Array.from(scanner.finish(), checkedUtf8));
  const [first] = sample;
  if (first === undefined) throw invalidFile(path, 1, "the file is empty");
  if (first.fault !== undefined) throw invalidFile(path, first.line, `the first line ${first.fault}`);
  return { delimiter, first, sample };
}

/**
 * The records of a UTF-8 CSV, in chunks as they are read; memory does not grow with the file. A line that cannot
 * be read comes as a record with a fault. A byte order mark is passed over.
 */
export async function* readCsv(
  source: string | CsvFile,
  options: { readonly delimiter: Delimiter; readonly signal?: AbortSignal | undefined },
): AsyncGenerator<CsvRecord[]> {
  const { delimiter, signal } = options;
  const scanner = new CsvScanner(delimiter);
  const decoder = new TextDecoder();
  for await (const chunk of csvFile(source).bytes(signal)) {
    yield Array.from(scanner.push(decoder.decode(chunk, { stream: true })), checkedUtf8);
  }
  const rest = [...scanner.push(decoder.decode()), ...scanner.finish()];
  yield rest.map(checkedUtf8);
}

function csvFile(source: string | CsvFile): CsvFile {
  return typeof source === "string" ? localCsv(source) : source;
}

async function readHead(file: CsvFile): Promise<Uint8Array> {
  const buffer = Buffer.alloc(HEAD_BYTES);
  let length = 0;
  for await (const chunk of file.bytes()) {
    const taken = chunk.subarray(0, HEAD_BYTES - length);
    buffer.set(taken, length);
    length += taken.length;
    if (length === HEAD_BYTES) break;
  }
  return buffer.subarray(0, length);
}

function refuseOtherEncodings(bytes: Uint8Array, path: string): void {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    throw invalidFile(path, 1, "the file is UTF-16");
  }
  if (bytes.includes(0)) {
    throw new HairlineError("ARCHIVE_LAYOUT_UNKNOWN", `${path} is a binary file.`, {
      file: path,
      remedy: "Pass a folder of images, a MURA-v1.1 tree, or a CSV.",
    });
  }
}

function detectDelimiter(text: string): Delimiter {
  const line = (/[^\r\n]+/.exec(text)?.[0] ?? "").replaceAll(/"[^"]*"/g, "");
  const counts = DELIMITERS.map((delimiter) => line.split(delimiter).length - 1);
  return DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ",";
}

/** Decoding puts U+FFFD for what is not UTF-8, and a file that has that character was damaged before. */
function checkedUtf8(record: CsvRecord): CsvRecord {
  if (!record.fields.some((field) => field.includes("\uFFFD"))) return record;
  return { line: record.line, fields: [], fault: "is not UTF-8" };
}

function invalidFile(path: string, line: number, reason: string): HairlineError {
  return new HairlineError("ROW_INVALID", `${path}: ${reason}.`, {
    file: path,
    line,
    remedy: "Save the CSV as UTF-8 with its rows in the first line on.",
  });
}
