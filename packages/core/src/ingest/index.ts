export type { Rejection } from "./archive-entry.ts";
export type { ArchiveLayout } from "./archive-source.ts";
export { CsvScanner, MAX_RECORD_CHARACTERS, type CsvRecord } from "./csv-scan.ts";
export { listDatasets, type Dataset, type DatasetSummary } from "./dataset.ts";
export { importArchive, type ImportOptions } from "./import-archive.ts";
export type { ImportCounts, ImportProgress, ImportReport } from "./import-report.ts";
export type { ArchiveLocation } from "./open-archive.ts";
export { readCsv, readCsvHead, type CsvHead, type Delimiter } from "./read-csv.ts";
export {
  executeImport,
  failImport,
  IMPORT_STATES,
  openImportRequests,
  readImportRequest,
  requestImport,
  type ImportExecution,
  type ImportRequest,
  type ImportState,
  type NewImportRequest,
  type StoredImportReport,
} from "./import-requests.ts";
