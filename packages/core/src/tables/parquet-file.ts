import { rename, rm } from "node:fs/promises";
import { resolve } from "node:path";
import { HairlineError, isHairlineError } from "../errors.ts";
import type { ColumnType, Export, ExportCell, ExportTable } from "../exports/index.ts";
import { fileWriter, ParquetWriter } from "hyparquet-writer";

/** Rows a group: what is held at once, and what a reader can skip. */
const GROUP_ROWS = 50_000;

const PARQUET_TYPES = {
  text: { type: "BYTE_ARRAY", converted_type: "UTF8" },
  boolean: { type: "BOOLEAN" },
  integer: { type: "INT32" },
  bigint: { type: "INT64" },
  real: { type: "FLOAT" },
  double: { type: "DOUBLE" },
} as const satisfies Record<ColumnType, { type: string; converted_type?: string }>;

export interface ParquetOptions {
  /** What the rows are of, kept in the file's metadata with each column's meaning. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/**
 * Writes an export to a Parquet file, group by group in bounded memory. The file appears whole or not at all.
 *
 * @returns rows written
 * @throws HairlineError BAD_ARGUMENT when the file cannot be written; as the export's rows do
 */
export async function writeParquet(
  path: string,
  { table, rows }: Export,
  options: ParquetOptions,
): Promise<number> {
  const draft = `${resolve(path)}.${process.pid}.part`;
  try {
    const written = await writeGroups(draft, { table, rows }, options);
    await rename(draft, resolve(path));
    return written;
  } catch (error) {
    if (isHairlineError(error) || !isFileError(error)) throw error;
    throw new HairlineError("BAD_ARGUMENT", `${path} cannot be written: ${error.code}.`, {
      file: path,
      field: "--parquet",
      remedy: "Name a file in a folder that exists and that you may write to.",
      cause: error,
    });
  } finally {
    await rm(draft, { force: true });
  }
}

async function writeGroups(
  draft: string,
  { table, rows }: Export,
  { metadata, signal }: ParquetOptions,
): Promise<number> {
  const writer = new ParquetWriter({
    writer: fileWriter(draft),
    schema: schemaOf(table),
    kvMetadata: metadataOf(table, metadata),
    createdBy: "hairline",
  });
  let written = 0;
  let group = emptyGroup(table);
  const flush = async (): Promise<void> => {
    await writer.write({
      columnData: table.columns.map(({ name }, at) => ({ name, data: group[at] ?? [] })),
      rowGroupSize: GROUP_ROWS,
    });
    group = emptyGroup(table);
  };
  for await (const row of rows) {
    for (const [at, { type }] of table.columns.entries()) group[at]?.push(parquetCell(row[at] ?? null, type));
    written += 1;
    if (written % GROUP_ROWS !== 0) continue;
    signal.throwIfAborted();
    await flush();
  }
  if (written % GROUP_ROWS !== 0) await flush();
  signal.throwIfAborted();
  await writer.finish();
  return written;
}

type ParquetCell = ExportCell | bigint;

function emptyGroup({ columns }: ExportTable): ParquetCell[][] {
  return columns.map(() => []);
}

function parquetCell(cell: ExportCell, type: ColumnType): ParquetCell {
  return type === "bigint" && typeof cell === "number" ? BigInt(cell) : cell;
}

function schemaOf({ columns }: ExportTable): ConstructorParameters<typeof ParquetWriter>[0]["schema"] {
  return [
    { name: "root", num_children: columns.length },
    ...columns.map(({ name, type, nullable }) => ({
      name,
      ...PARQUET_TYPES[type],
      repetition_type: nullable ? ("OPTIONAL" as const) : ("REQUIRED" as const),
    })),
  ];
}

function metadataOf(
  { name, description, columns }: ExportTable,
  metadata: Readonly<Record<string, string>>,
): { key: string; value: string }[] {
  const dictionary = Object.fromEntries(columns.map((each) => [each.name, each.description]));
  return Object.entries({
    ...metadata,
    table: name,
    description,
    columns: JSON.stringify(dictionary),
  }).map(([key, value]) => ({ key: `hairline.${key}`, value }));
}

function isFileError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error && "syscall" in error;
}
