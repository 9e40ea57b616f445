import { stat } from "node:fs/promises";
import { HairlineError } from "../errors.ts";
import { readCsv, readCsvHead, type CsvRecord, type Delimiter } from "../ingest/index.ts";
import { commonCellCount, squareShape, type CamShape } from "./cam-shape.ts";
import { resolvePredictionColumns, type PredictionColumns } from "./prediction-columns.ts";
import { splitCam } from "./prediction-row.ts";

/** A predictions CSV whose header has been read. */
export interface PredictionsFile {
  readonly path: string;
  readonly delimiter: Delimiter;
  readonly columns: PredictionColumns;
}

/** CAM cells looked at for their common length: one cut-off row must not decide the shape. */
const CAMS_SAMPLED = 101;

/**
 * @throws HairlineError ARCHIVE_NOT_FOUND, ROW_INVALID (line 1) for a header that cannot be used
 */
export async function openPredictionsFile(path: string): Promise<PredictionsFile> {
  const found = await stat(path).catch((cause: unknown) => {
    throw fileNotFound(path, cause);
  });
  if (!found.isFile()) throw fileNotFound(path);
  const { delimiter, first } = await readCsvHead(path);
  return { path, delimiter, columns: resolvePredictionColumns(first.fields) };
}

function fileNotFound(path: string, cause?: unknown): HairlineError {
  return new HairlineError("ARCHIVE_NOT_FOUND", `There is no file at ${path}.`, {
    file: path,
    remedy: "Check the path of the predictions CSV.",
    cause,
  });
}

/** The rows after the header, in chunks. */
export async function* readPredictionRecords(
  file: PredictionsFile,
  signal?: AbortSignal,
): AsyncGenerator<CsvRecord[]> {
  let header = true;
  for await (const records of readCsv(file.path, { delimiter: file.delimiter, signal })) {
    if (records.length === 0) continue;
    yield header ? records.slice(1) : records;
    header = false;
  }
}

/**
 * The square shape that most of the first CAMs have; undefined when the file has no CAM.
 *
 * @throws HairlineError ROW_INVALID when they are not square
 */
export async function findCamShape(file: PredictionsFile): Promise<CamShape | undefined> {
  const column = file.columns.positions.cam;
  if (column === undefined) return undefined;
  const counts: number[] = [];
  for await (const records of readPredictionRecords(file)) {
    for (const { fields } of records) {
      const cells = splitCam(fields[column] ?? "").length;
      if (cells > 0) counts.push(cells);
    }
    if (counts.length >= CAMS_SAMPLED) break;
  }
  const cells = commonCellCount(counts.slice(0, CAMS_SAMPLED));
  if (cells === undefined) return undefined;
  const shape = squareShape(cells);
  if (shape !== undefined) return shape;
  throw new HairlineError("ROW_INVALID", `The CAMs have ${cells} cells, which is no square.`, {
    file: file.path,
    field: "cam",
    remedy: "Give their height and width with --cam-shape, as in 7x9.",
  });
}
