import type pg from "pg";
import { inTransaction, loadSql, type Database } from "../db/index.ts";
import { HairlineError } from "../errors.ts";
import type { ImportCounts, Rejection } from "../ingest/index.ts";
import type { SeenImages } from "../ingest/seen-images.ts";
import type { BinaryLabel } from "../study/index.ts";
import type { PredictionRow } from "./prediction-row.ts";
import { sortRows, type AcceptedRow, type SortedRows, type StoredMatch } from "./sort-rows.ts";
import type { TargetDataset } from "./target-dataset.ts";

export interface RowTarget {
  readonly database: Database;
  readonly importId: string;
  readonly dataset: TargetDataset;
  readonly modelId: number;
  /** Images this import has met; a batch adds its own when it is committed. */
  readonly seen: SeenImages;
}

/** Rows of the CSV that could be read, and what was wrong with the others. */
export interface RowBatch {
  readonly rows: readonly PredictionRow[];
  readonly rejections: readonly Rejection[];
}

export interface WrittenRows {
  readonly counts: ImportCounts;
  readonly rejections: readonly Rejection[];
}

/** Stores a batch, its counts and its rejections in one transaction; imports into one dataset take turns. */
export async function writeRows(target: RowTarget, batch: RowBatch): Promise<WrittenRows> {
  const { sorted, written } = await inTransaction(target.database.pool, async (client) => {
    await lockDataset(client, target.dataset);
    const matches = await matchRows(client, target, batch.rows);
    const sortedRows = sortRows(batch.rows, { layout: target.dataset.layout, matches, seen: target.seen });
    await storeImages(client, target, sortedRows);
    const imageIds = await storePredictions(client, target, sortedRows);
    const rejections = [...batch.rejections, ...sortedRows.rejections].sort(
      (a, b) => (a.line ?? 0) - (b.line ?? 0),
    );
    const counts = countsOf(sortedRows, rejections);
    await recordBatch(client, target, { counts, rejections });
    return { sorted: { unchanged: sortedRows.unchanged, imageIds }, written: { counts, rejections } };
  });
  for (const id of sorted.imageIds) target.seen.add(id);
  for (const { id } of sorted.unchanged) target.seen.add(id);
  return written;
}

async function lockDataset(client: pg.PoolClient, dataset: TargetDataset): Promise<void> {
  // "no key": runs and images may go on referring to the dataset meanwhile.
  const { rowCount } = await client.query("select from dataset where id = $1 for no key update", [
    dataset.id,
  ]);
  if (rowCount === 0) {
    throw new HairlineError(
      "DATASET_NOT_FOUND",
      `The dataset ${dataset.name} was removed while its import ran.`,
    );
  }
}

interface MatchRow {
  readonly ordinal: number;
  readonly id: number;
  readonly study_id: number;
  readonly label: BinaryLabel | null;
  readonly body_part: string | null;
  readonly split: string | null;
  readonly study_key: string;
  readonly patient_key: string | null;
  readonly scored: boolean;
  readonly same_facts: boolean;
}

async function matchRows(
  client: pg.PoolClient,
  { dataset, modelId }: RowTarget,
  rows: readonly PredictionRow[],
): Promise<Map<number, StoredMatch>> {
  const { rows: found } = await client.query<MatchRow>(loadSql("predictions-match"), [
    dataset.id,
    modelId,
    factRows(rows),
  ]);
  return new Map(found.map((row) => [row.ordinal - 1, storedMatch(row)]));
}

function storedMatch(row: MatchRow): StoredMatch {
  return {
    id: row.id,
    studyId: row.study_id,
    description: {
      studyKey: row.study_key,
      patientKey: row.patient_key,
      bodyPart: row.body_part,
      split: row.split,
      label: row.label,
    },
    scored: row.scored,
    sameFacts: row.same_facts,
  };
}

async function storeImages(client: pg.PoolClient, { dataset }: RowTarget, sorted: SortedRows): Promise<void> {
  const accepted = [...sorted.added, ...sorted.updated];
  const fresh = accepted.filter(({ match }) => match === undefined);
  const changed = accepted.filter(({ match, newDescription }) => match !== undefined && newDescription);
  if (fresh.length + changed.length === 0) return;
  const touched = imageRows([...fresh, ...changed]);
  const oldStudyIds = changed.flatMap(({ match }) => match?.studyId ?? []);
  await client.query(loadSql("import-insert-studies"), [dataset.id, touched]);
  await client.query(loadSql("import-insert-images"), [dataset.id, imageRows(fresh)]);
  await client.query(loadSql("predictions-update-images"), [dataset.id, imageRows(changed)]);
  await client.query(loadSql("import-refresh-studies"), [dataset.id, touched, oldStudyIds]);
  await client.query(
    `delete from study where id = any($1::bigint[])
     and not exists (select from image where image.study_id = study.id)`,
    [oldStudyIds],
  );
}

async function storePredictions(
  client: pg.PoolClient,
  { dataset, modelId }: RowTarget,
  sorted: SortedRows,
): Promise<number[]> {
  const rows = [...sorted.added, ...sorted.updated].map(({ row }) => row);
  if (rows.length === 0) return [];
  const params = [dataset.id, modelId, factRows(rows)];
  const { rows: stored } = await client.query<{ image_id: number }>(loadSql("predictions-store"), params);
  await client.query(loadSql("predictions-store-cams"), params);
  return stored.map(({ image_id }) => image_id);
}

function countsOf(sorted: SortedRows, rejections: readonly Rejection[]): ImportCounts {
  return {
    added: sorted.added.length,
    updated: sorted.updated.length,
    unchanged: sorted.unchanged.length,
    duplicates: sorted.duplicates,
    rejected: rejections.length,
    ignored: 0,
  };
}

async function recordBatch(client: pg.PoolClient, target: RowTarget, batch: WrittenRows): Promise<void> {
  const { counts, rejections } = batch;
  const { rows } = await client.query<{ rejected: number }>(
    `update import
     set added = added + $2, updated = updated + $3, unchanged = unchanged + $4, duplicates = duplicates + $5,
         rejected = rejected + $6
     where id = $1
     returning rejected`,
    [target.importId, counts.added, counts.updated, counts.unchanged, counts.duplicates, counts.rejected],
  );
  if (rejections.length === 0) return;
  const before = (rows[0]?.rejected ?? 0) - rejections.length;
  await client.query(loadSql("import-insert-rejections"), [
    target.importId,
    before,
    JSON.stringify(rejections),
  ]);
}

/** Facts as the JSON that the predictions-*.sql statements read. */
function factRows(rows: readonly PredictionRow[]): string {
  return JSON.stringify(
    rows.map(({ objectKey, facts }) => ({
      object_key: objectKey,
      probability: facts.probability,
      entropy: facts.entropy,
      entropy_normalized: facts.entropyNormalized,
      degenerate: facts.degenerate,
      areas: facts.areas,
      height: facts.cam?.shape.height ?? null,
      width: facts.cam?.shape.width ?? null,
      grid: facts.cam?.grid ?? null,
    })),
  );
}

/** Images as the JSON that the import-*.sql statements read. */
function imageRows(accepted: readonly AcceptedRow[]): string {
  return JSON.stringify(
    accepted.map(({ row, image }) => ({
      object_key: row.objectKey,
      study_key: image.studyKey,
      patient_key: image.patientKey,
      body_part: image.bodyPart,
      split: image.split,
      label: image.label,
    })),
  );
}
