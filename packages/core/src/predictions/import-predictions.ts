import { randomUUID } from "node:crypto";
import { realpath } from "node:fs/promises";
import { basename, dirname } from "node:path";
import type { Database } from "../db/index.ts";
import { HairlineError, type ErrorCode } from "../errors.ts";
import { ALPHAS } from "../explain/index.ts";
import type { CsvRecord, ImportProgress, Rejection } from "../ingest/index.ts";
import { rejectionOf } from "../ingest/archive-entry.ts";
import { ImportTally, type ImportCounts } from "../ingest/import-report.ts";
import { SeenImages } from "../ingest/seen-images.ts";
import { manifestDatasetName, parseDatasetName } from "../study/index.ts";
import type { CamShape } from "./cam-shape.ts";
import { checkModelName, claimExternalModel, findExternalModel } from "./external-model.ts";
import { lacksFacts, parsePredictionRow, type PredictionRow, type RowReading } from "./prediction-row.ts";
import {
  findCamShape,
  openPredictionsFile,
  readPredictionRecords,
  type PredictionsFile,
} from "./predictions-file.ts";
import { claimTargetDataset, findTargetDataset } from "./target-dataset.ts";
import { writeRows, type RowBatch, type RowTarget } from "./write-rows.ts";

export interface ImportPredictionsOptions {
  readonly database: Database;
  /** The CSV: image, probability, and optionally label, study, patient, body_part, split, and cam or entropy, area@<alpha>. */
  readonly path: string;
  /** The external model the predictions are of; made when there is none of that name. */
  readonly model: string;
  /** The dataset whose images they are of; by default, and made when there is none, one named after the CSV. */
  readonly dataset?: string | undefined;
  /** Height and width of the CAMs; by default square. */
  readonly camShape?: CamShape | undefined;
  /** Stops between two batches; what is committed stays, and the same import goes on from there. */
  readonly signal?: AbortSignal | undefined;
  /** Called after every batch. */
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
  /** Rejections the report shows; all are stored. Default 20. */
  readonly maxRejections?: number | undefined;
  /** Rows a transaction. Default 2,000. */
  readonly batchSize?: number | undefined;
}

/** Each row is in exactly one of added, updated, unchanged, duplicates and rejected. */
export interface PredictionsReport extends ImportCounts {
  readonly importId: string;
  readonly dataset: string;
  /** True when this import created the dataset. */
  readonly datasetCreated: boolean;
  readonly model: string;
  /** True when this import created the model. */
  readonly modelCreated: boolean;
  /** The alphas of the model's areas. */
  readonly alphas: readonly number[];
  readonly camShape: CamShape | null;
  readonly entries: number;
  /** Rows read that give neither CAM, entropy nor area: such a row passes no gate. */
  readonly withoutFacts: number;
  readonly rejectedByCode: Readonly<Partial<Record<ErrorCode, number>>>;
  /** The first rejections; all are stored in import_rejection. */
  readonly rejections: readonly Rejection[];
  /** Columns that mean nothing here, or that only the archive may say of its images. */
  readonly ignoredColumns: readonly string[];
  readonly seconds: number;
}

const DEFAULT_BATCH_SIZE = 2000;
const DEFAULT_MAX_REJECTIONS = 20;

/**
 * Imports predictions made elsewhere as the facts of a named external model, so that they are triaged and swept as
 * our own. Rows go to the images of the dataset by object key; a dataset that does not exist is made of the rows.
 * Importing the same file again changes nothing. Memory does not grow with the file.
 *
 * @throws HairlineError ARCHIVE_NOT_FOUND; ROW_INVALID for a header that cannot be used, or when no row can;
 *   MODEL_NAME_TAKEN when the name is a network's, or its alphas or CAM size are others; BAD_ARGUMENT for a name that is
 *   none; INTERRUPTED when the signal aborts
 */
export async function importPredictions(options: ImportPredictionsOptions): Promise<PredictionsReport> {
  try {
    options.signal?.throwIfAborted();
    checkModelName(options.model);
    return await importFile(await openPredictionsFile(options.path), options);
  } catch (error) {
    if (options.signal?.aborted !== true) throw error;
    throw new HairlineError("INTERRUPTED", "The import was stopped; what was imported stays.", {
      remedy: "Run the same command again: it goes on where it stopped.",
      cause: error,
    });
  }
}

interface ImportPlan {
  readonly dataset: { readonly name: string; readonly root: string };
  readonly reading: RowReading;
}

async function planImport(file: PredictionsFile, options: ImportPredictionsOptions): Promise<ImportPlan> {
  const { database } = options;
  const folder = dirname(await realpath(file.path));
  const name =
    options.dataset === undefined
      ? manifestDatasetName(basename(file.path), basename(folder))
      : parseDatasetName(options.dataset);
  const existing = await findTargetDataset(database.pool, name);
  const known = await findExternalModel(database.pool, options.model);
  const { positions, areas } = file.columns;
  const root = existing?.root ?? folder;
  return {
    dataset: { name, root },
    reading: {
      columns: file.columns,
      alphas: positions.cam === undefined ? areas.map(({ alpha }) => alpha) : (known?.alphas ?? ALPHAS),
      camShape: positions.cam === undefined ? undefined : (options.camShape ?? (await findCamShape(file))),
      roots: [root],
    },
  };
}

async function importFile(
  file: PredictionsFile,
  options: ImportPredictionsOptions,
): Promise<PredictionsReport> {
  const { database, signal } = options;
  const plan = await planImport(file, options);
  const tally = new ImportTally(options.maxRejections ?? DEFAULT_MAX_REJECTIONS);
  const batches = rowBatches(file, plan.reading, options);
  // Nothing is stored before the file proves to hold a row.
  const first = await batches.next();
  if (first.done === true || first.value.rows.length === 0) throw noUsableRow(file, first.value?.rejections);

  const { reading } = plan;
  const { model, created: modelCreated } = await claimExternalModel(database.pool, {
    name: options.model,
    alphas: reading.alphas,
    camShape: reading.camShape,
  });
  const { dataset, created: datasetCreated } = await claimTargetDataset(database.pool, plan.dataset);
  const importId = randomUUID();
  await database.pool.query("insert into import (id, dataset_id, source) values ($1, $2, $3)", [
    importId,
    dataset.id,
    options.path,
  ]);
  const target = { database, importId, dataset, modelId: model.id, seen: new SeenImages() };
  const withoutFacts = await writeBatches(target, { first: first.value, rest: batches, tally, options });
  signal?.throwIfAborted();
  // Sweeps follow at once, and the planner would take the new rows for a few hundred until autovacuum comes by.
  if (tally.counts.added > 0) await database.pool.query("analyze study, image, prediction");
  await database.pool.query("update import set finished_at = now() where id = $1", [importId]);
  return {
    ...tally.counts,
    importId,
    dataset: dataset.name,
    datasetCreated,
    model: model.name,
    modelCreated,
    alphas: reading.alphas,
    camShape: reading.camShape ?? null,
    entries: tally.entries,
    withoutFacts,
    rejectedByCode: tally.rejectedByCode,
    rejections: tally.rejections,
    ignoredColumns: [...file.columns.ignored, ...archiveColumns(file, dataset.layout)],
    seconds: tally.seconds,
  };
}

/** Columns of the file that only the archive may say of its images. */
function archiveColumns({ columns }: PredictionsFile, layout: string): string[] {
  if (layout === "external") return [];
  return (["study", "patient", "body_part", "split"] as const).filter(
    (field) => columns.positions[field] !== undefined,
  );
}

interface Writing {
  readonly first: RowBatch;
  readonly rest: AsyncGenerator<RowBatch>;
  readonly tally: ImportTally;
  readonly options: ImportPredictionsOptions;
}

/** Returns the number of rows without facts. */
async function writeBatches(target: RowTarget, { first, rest, tally, options }: Writing): Promise<number> {
  let withoutFacts = 0;
  const write = async (batch: RowBatch): Promise<void> => {
    const { counts, rejections } = await writeRows(target, batch);
    tally.add(counts, rejections);
    withoutFacts += batch.rows.filter(({ facts }) => lacksFacts(facts)).length;
    options.onProgress?.(tally.progress);
  };
  await write(first);
  for await (const batch of rest) await write(batch);
  return withoutFacts;
}

async function* rowBatches(
  file: PredictionsFile,
  reading: RowReading,
  { signal, batchSize = DEFAULT_BATCH_SIZE }: ImportPredictionsOptions,
): AsyncGenerator<RowBatch> {
  let rows: PredictionRow[] = [];
  let rejections: Rejection[] = [];
  for await (const records of readPredictionRecords(file, signal)) {
    for (const record of records) {
      const read = readRow(record, reading);
      if ("code" in read) rejections.push(read);
      else rows.push(read);
      if (rows.length + rejections.length < batchSize) continue;
      signal?.throwIfAborted();
      yield { rows, rejections };
      rows = [];
      rejections = [];
    }
  }
  if (rows.length + rejections.length > 0) yield { rows, rejections };
}

function readRow(record: CsvRecord, reading: RowReading): PredictionRow | Rejection {
  const place = {
    objectKey: record.fields[reading.columns.positions.image ?? -1] ?? null,
    line: record.line,
  };
  try {
    if (record.fault !== undefined) throw new HairlineError("ROW_INVALID", `the line ${record.fault}`);
    return parsePredictionRow(record, reading);
  } catch (error) {
    return rejectionOf(error, place);
  }
}

function noUsableRow(file: PredictionsFile, rejections: readonly Rejection[] = []): HairlineError {
  const [rejection] = rejections;
  if (rejection === undefined) {
    return new HairlineError("ROW_INVALID", `${file.path} has a header and no row.`, {
      file: file.path,
      remedy: "Give it a row for each image.",
    });
  }
  return new HairlineError(
    rejection.code,
    `None of the first ${rejections.length} rows could be read: ${rejection.message}.`,
    {
      file: file.path,
      ...(rejection.line === null ? {} : { line: rejection.line }),
      remedy: "Correct the rows; nothing was stored.",
    },
  );
}
