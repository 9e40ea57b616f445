import { basename, dirname, sep } from "node:path";
import { HairlineError, toHairlineError } from "../errors.ts";
import {
  manifestDatasetName,
  parseManifestRow,
  resolveManifestColumns,
  type ColumnMapping,
  type ManifestColumns,
} from "../study/index.ts";
import { imageEntry, rejectedEntry, type ArchiveEntry } from "./archive-entry.ts";
import type { ArchiveSource } from "./archive-source.ts";
import type { CsvFile } from "./csv-file.ts";
import type { CsvRecord } from "./csv-scan.ts";
import { readCsv, type CsvHead } from "./read-csv.ts";

export interface Manifest {
  readonly file: CsvFile;
  readonly head: CsvHead;
  /** Folder that paths are relative to, absolute and without symlinks; or s3://bucket/prefix. */
  readonly root: string;
  /** The root as the caller spelled it: absolute paths may begin with either. */
  readonly spelledRoot: string;
  readonly mapping?: ColumnMapping | undefined;
}

/**
 * Images of a manifest CSV (docs/MANIFEST.md).
 * @throws HairlineError as resolveManifestColumns does
 */
export function manifestSource(manifest: Manifest): ArchiveSource {
  const { file, head, root } = manifest;
  const path = file.name;
  const columns = columnsOf(manifest);
  const roots = [root, manifest.spelledRoot].map((folder) => folder.split(sep).join("/"));
  return {
    layout: "manifest",
    root,
    defaultName: manifestDatasetName(basename(path), basename(dirname(path))),
    ignoredColumns: columns.ignored,
    async *entries(signal) {
      let rows = 0;
      for await (const records of readCsv(file, { delimiter: head.delimiter, signal })) {
        const afterHeader = records.filter(({ line }) => line !== head.first.line);
        rows += afterHeader.length;
        yield afterHeader.map((record) => entryOf(record, { columns, roots }));
      }
      if (rows === 0) throw noRows(path);
    },
  };
}

function columnsOf({ file: { name: path }, head, mapping }: Manifest): ManifestColumns {
  try {
    return resolveManifestColumns(head.first.fields, mapping);
  } catch (error) {
    const { code, message, field = "path", line = head.first.line, remedy = "" } = toHairlineError(error);
    throw new HairlineError(code, message, { file: path, field, line, remedy, cause: error });
  }
}

function entryOf(
  record: CsvRecord,
  { columns, roots }: { columns: ManifestColumns; roots: readonly string[] },
): ArchiveEntry {
  const { line, fields, fault } = record;
  try {
    if (fault !== undefined) throw new HairlineError("ROW_INVALID", `the line ${fault}`);
    return imageEntry(parseManifestRow(fields, columns, roots), line);
  } catch (error) {
    const path = fields[columns.positions.path ?? -1]?.trim();
    return rejectedEntry(error, { objectKey: path === undefined || path === "" ? null : path, line });
  }
}

function noRows(path: string): HairlineError {
  return new HairlineError("ROW_INVALID", `${path} has a header and no rows.`, {
    file: path,
    line: 2,
    remedy: "Add a row for each image.",
  });
}
