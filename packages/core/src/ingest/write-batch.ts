import type pg from "pg";
import { inTransaction, loadSql, type Database } from "../db/index.ts";
import { HairlineError } from "../errors.ts";
import type { Rejection } from "./archive-entry.ts";
import type { ImportCounts } from "./import-report.ts";
import type { LocatedImage, LocatedImages } from "./locate-images.ts";
import type { SeenImages } from "./seen-images.ts";
import { sortBatch, type SortedBatch, type StoredImage } from "./sort-batch.ts";

export interface BatchTarget {
  readonly database: Database;
  readonly importId: string;
  readonly datasetId: number;
  /** Images this import has met; a batch adds its own when it is committed. */
  readonly seen: SeenImages;
}

export interface LocatedBatch extends LocatedImages {
  /** Files passed over since the batch before. */
  readonly ignored: number;
}

export interface WrittenBatch {
  readonly counts: ImportCounts;
  readonly rejections: readonly Rejection[];
  readonly factsRemoved: number;
}

/**
 * Stores a batch, its counts and its rejections in one transaction. Imports into one dataset take turns by the
 * batch, so that two at once neither block each other for good nor count an image twice.
 */
export async function writeBatch(target: BatchTarget, batch: LocatedBatch): Promise<WrittenBatch> {
  const { database, datasetId, seen } = target;
  const { written, ids } = await inTransaction(database.pool, async (client) => {
    await lockDataset(client, datasetId);
    const stored = await matchImages(client, { datasetId, images: batch.images });
    const sorted = sortBatch(batch.images, stored, seen);
    const addedIds = await storeImages(client, { datasetId, sorted });
    const factsRemoved = await forgetFacts(client, sorted);
    const counts = countsOf(sorted, batch);
    const rejections = [...batch.rejections, ...sorted.rejections];
    await recordBatch(client, { importId: target.importId, counts, rejections });
    const metIds = [
      ...sorted.updated.map(({ stored: { id } }) => id),
      ...sorted.unchanged.map(({ id }) => id),
    ];
    return { written: { counts, rejections, factsRemoved }, ids: [...addedIds, ...metIds] };
  });
  for (const id of ids) seen.add(id);
  return written;
}

async function lockDataset(client: pg.PoolClient, datasetId: number): Promise<void> {
  // "no key": runs and images may go on referring to the dataset meanwhile.
  const { rowCount } = await client.query("select from dataset where id = $1 for no key update", [datasetId]);
  if (rowCount === 0) {
    throw new HairlineError("DATASET_NOT_FOUND", "The dataset was removed while its import ran.");
  }
}

async function matchImages(
  client: pg.PoolClient,
  { datasetId, images }: { datasetId: number; images: readonly LocatedImage[] },
): Promise<StoredImage[]> {
  const { rows } = await client.query<StoredImage>(loadSql("import-match-images"), [
    datasetId,
    imageRows(images),
  ]);
  return rows;
}

/** Adds and updates studies and images; returns the ids of the added images. */
async function storeImages(
  client: pg.PoolClient,
  { datasetId, sorted }: { datasetId: number; sorted: SortedBatch },
): Promise<number[]> {
  const updated = sorted.updated.map(({ image }) => image);
  if (sorted.added.length + updated.length === 0) return [];
  const touched = imageRows([...sorted.added, ...updated]);
  await client.query(loadSql("import-insert-studies"), [datasetId, touched]);
  const { rows } = await client.query<{ id: number }>(loadSql("import-insert-images"), [
    datasetId,
    imageRows(sorted.added),
  ]);
  if (updated.length > 0)
    await client.query(loadSql("import-update-images"), [datasetId, imageRows(updated)]);
  const oldStudyIds = sorted.updated.map(({ stored }) => stored.study_id);
  await client.query(loadSql("import-refresh-studies"), [datasetId, touched, oldStudyIds]);
  if (oldStudyIds.length > 0) {
    await client.query(
      `delete from study where id = any($1::bigint[])
       and not exists (select from image where image.study_id = study.id)`,
      [oldStudyIds],
    );
  }
  return rows.map(({ id }) => id);
}

async function forgetFacts(client: pg.PoolClient, sorted: SortedBatch): Promise<number> {
  const ids = sorted.updated.filter(({ stored }) => !stored.same_bytes).map(({ stored }) => stored.id);
  if (ids.length === 0) return 0;
  const { rows } = await client.query<{ predictions: number; quarantined: number }>(
    loadSql("import-forget-facts"),
    [ids],
  );
  return (rows[0]?.predictions ?? 0) + (rows[0]?.quarantined ?? 0);
}

function countsOf(sorted: SortedBatch, batch: LocatedBatch): ImportCounts {
  return {
    added: sorted.added.length,
    updated: sorted.updated.length,
    unchanged: sorted.unchanged.length,
    duplicates: sorted.duplicates,
    rejected: batch.rejections.length + sorted.rejections.length,
    ignored: batch.ignored,
  };
}

async function recordBatch(
  client: pg.PoolClient,
  {
    importId,
    counts,
    rejections,
  }: { importId: string; counts: ImportCounts; rejections: readonly Rejection[] },
): Promise<void> {
  const { rows } = await client.query<{ rejected: number }>(
    `update import
     set added = added + $2, updated = updated + $3, unchanged = unchanged + $4, duplicates = duplicates + $5,
         rejected = rejected + $6, ignored = ignored + $7
     where id = $1
     returning rejected`,
    [
      importId,
      counts.added,
      counts.updated,
      counts.unchanged,
      counts.duplicates,
      counts.rejected,
      counts.ignored,
    ],
  );
  if (rejections.length === 0) return;
  const before = (rows[0]?.rejected ?? 0) - rejections.length;
  await client.query(loadSql("import-insert-rejections"), [importId, before, JSON.stringify(rejections)]);
}

/** Images as the JSON that the import-*.sql statements read. */
function imageRows(images: Iterable<LocatedImage>): string {
  return JSON.stringify(
    Array.from(images, ({ record, file }) => ({
      object_key: record.objectKey,
      study_key: record.studyKey,
      patient_key: record.patientKey,
      body_part: record.bodyPart,
      split: record.split,
      label: record.label,
      view: record.view,
      hardware: record.hardware,
      boxes: record.boxes,
      byte_size: file.byteSize,
      modified_at: file.modifiedAt,
    })),
  );
}
