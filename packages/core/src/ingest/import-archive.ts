import { randomUUID } from "node:crypto";
import { asDatabaseFailure, type Database } from "../db/index.ts";
import { HairlineError } from "../errors.ts";
import { isS3Url } from "../storage/index.ts";
import { parseDatasetName } from "../study/index.ts";
import type { ArchiveSource } from "./archive-source.ts";
import { claimDataset } from "./dataset.ts";
import { ImageFiles } from "./image-files.ts";
import { ImportTally, type ImportProgress, type ImportReport } from "./import-report.ts";
import { locateImages, type ListedEntry } from "./locate-images.ts";
import { openArchive, type ArchiveLocation } from "./open-archive.ts";
import { SeenImages } from "./seen-images.ts";
import { storeFiles } from "./store-files.ts";
import { writeBatch, type BatchTarget, type LocatedBatch } from "./write-batch.ts";

export interface ImportOptions extends ArchiveLocation {
  readonly database: Database;
  /** The dataset's name; by default the folder's or CSV's. */
  readonly name?: string | undefined;
  /** Stops between two batches; what is committed stays, and the same import goes on from there. */
  readonly signal?: AbortSignal | undefined;
  /** Called after every batch. */
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
  /** Rejections the report shows; all are stored. Default 20. */
  readonly maxRejections?: number | undefined;
  /** Entries a transaction. Default 2,000. */
  readonly batchSize?: number | undefined;
}

const DEFAULT_BATCH_SIZE = 2000;
const DEFAULT_MAX_REJECTIONS = 20;

/**
 * Imports an archive: what it lists becomes studies and images of a dataset, what cannot is rejected with a code
 * and a line, and importing it again changes nothing. An image is known by its path; one whose size or time
 * changed is updated, and what models said of its old bytes is removed in the same transaction. Memory does not
 * grow with the archive. Damaged images are imported too: scoring quarantines them.
 *
 * @throws HairlineError as openArchive does; DATASET_NAME_TAKEN; BAD_ARGUMENT for a name that is none;
 *   INTERRUPTED when the signal aborts; DATABASE_UNAVAILABLE when the database is lost or refuses to go on
 */
export async function importArchive(options: ImportOptions): Promise<ImportReport> {
  const { signal } = options;
  try {
    signal?.throwIfAborted();
    const source = await openArchive(options);
    return await importSource(source, options);
  } catch (error) {
    if (signal?.aborted !== true) throw asDatabaseFailure(error);
    throw new HairlineError("INTERRUPTED", "The import was stopped; what was imported stays.", {
      remedy: "Run the same command again: it goes on where it stopped.",
      cause: error,
    });
  }
}

async function importSource(source: ArchiveSource, options: ImportOptions): Promise<ImportReport> {
  const { database, signal } = options;
  const name = options.name === undefined ? source.defaultName : parseDatasetName(options.name);
  const tally = new ImportTally(options.maxRejections ?? DEFAULT_MAX_REJECTIONS);
  const batches = locatedBatches(source, options);
  // Nothing is stored before the archive proves to hold something.
  const first = await batches.next();
  if (first.done === true) throw nothingFound(source);

  const dataset = await claimDataset(database, { name, root: source.root, layout: source.layout });
  const importId = randomUUID();
  await database.pool.query("insert into import (id, dataset_id, source) values ($1, $2, $3)", [
    importId,
    dataset.id,
    options.path,
  ]);
  const target: BatchTarget = { database, importId, datasetId: dataset.id, seen: new SeenImages() };
  try {
    await writeBatches(target, { first: first.value, rest: batches, tally, onProgress: options.onProgress });
  } finally {
    await batches.return(undefined);
  }
  signal?.throwIfAborted();
  await database.pool.query("update import set finished_at = now() where id = $1", [importId]);
  return {
    ...tally.counts,
    importId,
    datasetId: dataset.id,
    dataset: dataset.name,
    created: dataset.created,
    layout: source.layout,
    root: source.root,
    entries: tally.entries,
    factsRemoved: tally.factsRemoved,
    rejectedByCode: tally.rejectedByCode,
    rejections: tally.rejections,
    ignoredColumns: source.ignoredColumns,
    seconds: tally.seconds,
  };
}

interface Writing {
  readonly first: LocatedBatch;
  readonly rest: AsyncGenerator<LocatedBatch>;
  readonly tally: ImportTally;
  readonly onProgress: ImportOptions["onProgress"];
}

/** Writes one batch while the next is read and its files looked up. */
async function writeBatches(target: BatchTarget, { first, rest, tally, onProgress }: Writing): Promise<void> {
  const write = async (batch: LocatedBatch): Promise<void> => {
    const { counts, rejections, factsRemoved } = await writeBatch(target, batch);
    tally.add(counts, rejections);
    tally.factsRemoved += factsRemoved;
    onProgress?.(tally.progress);
  };
  let upcoming: IteratorResult<LocatedBatch> = { done: false, value: first };
  while (upcoming.done !== true) {
    [upcoming] = await settledTogether(rest.next(), write(upcoming.value));
  }
}

/** Promise.all that waits for both also when one fails, so that no write outlives the import. */
async function settledTogether<A, B>(left: Promise<A>, right: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([left, right]);
  return [await left, await right];
}

/** Files looked up, so many at a time; ignored ones are counted with the batch after them. */
async function* locatedBatches(source: ArchiveSource, options: ImportOptions): AsyncGenerator<LocatedBatch> {
  const { signal, batchSize = DEFAULT_BATCH_SIZE } = options;
  const files = isS3Url(source.root) ? storeFiles(source.root) : new ImageFiles(source.root);
  let pending: ListedEntry[] = [];
  let ignored = 0;
  let listed = 0;
  const flush = async (): Promise<LocatedBatch> => {
    signal?.throwIfAborted();
    const batch = { ...(await locateImages(pending, files, signal)), ignored };
    pending = [];
    ignored = 0;
    return batch;
  };
  for await (const chunk of source.entries(signal)) {
    for (const entry of chunk) {
      if (entry.kind === "ignored") ignored += 1;
      else listed = pending.push(entry);
      if (pending.length >= batchSize) yield await flush();
    }
  }
  if (listed > 0 && pending.length + ignored > 0) yield await flush();
}

function nothingFound(source: ArchiveSource): HairlineError {
  return new HairlineError("ARCHIVE_LAYOUT_UNKNOWN", `There is no PNG, JPEG or TIFF below ${source.root}.`, {
    file: source.root,
    remedy: "Pass a MURA-v1.1 tree or CSV, a manifest with a path column, or a folder of images.",
  });
}
