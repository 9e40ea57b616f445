import { inTransaction, type Database } from "../db/index.ts";
import type { ObjectStore } from "../storage/index.ts";
import { lockObject } from "./object-lock.ts";

interface Draft {
  readonly root: string;
  readonly objectKey: string;
}

export interface Abandoning {
  readonly database: Database;
  /** The store at a root, as openObjectStore opens it. */
  readonly openStore: (root: string) => ObjectStore;
}

/**
 * Deletes what an upload stored that came to nothing. An object that another upload or an image needs stays.
 *
 * @returns the objects deleted
 * @throws what the store throws; the drafts left are then cleaned up by removeAbandonedUploads
 */
export async function abandonUpload({ database, openStore }: Abandoning, uploadId: string): Promise<number> {
  const { rows } = await database.pool.query<Draft>(
    `select root, object_key as "objectKey" from upload_draft where upload_id = $1 order by object_key`,
    [uploadId],
  );
  let deleted = 0;
  for (const draft of rows) {
    if (await abandonDraft({ database, openStore }, { ...draft, uploadId })) deleted += 1;
  }
  return deleted;
}

function abandonDraft(
  { database, openStore }: Abandoning,
  { uploadId, root, objectKey }: Draft & { readonly uploadId: string },
): Promise<boolean> {
  return inTransaction(database.pool, async (client) => {
    await lockObject(client, { root, objectKey });
    const mine = await client.query("delete from upload_draft where upload_id = $1 and object_key = $2", [
      uploadId,
      objectKey,
    ]);
    if (mine.rowCount === 0) return false;
    const needed = await client.query(
      `select from upload_draft where root = $1 and object_key = $2
       union all
       select from image join dataset on dataset.id = image.dataset_id
       where dataset.root = $1 and image.object_key = $2`,
      [root, objectKey],
    );
    if (needed.rowCount !== 0) return false;
    await openStore(root).delete(objectKey);
    return true;
  });
}

/**
 * Cleans up after uploads whose process died, or whose store did not answer when they failed.
 *
 * @param olderThanMs longer than any upload may take
 */
export async function removeAbandonedUploads(
  abandoning: Abandoning,
  olderThanMs: number,
): Promise<{ readonly objects: number }> {
  const { rows } = await abandoning.database.pool.query<{ upload_id: string }>(
    `select distinct upload_id from upload_draft
     where started_at < clock_timestamp() - $1::float8 * interval '1 millisecond'`,
    [olderThanMs],
  );
  let objects = 0;
  for (const { upload_id } of rows) objects += await abandonUpload(abandoning, upload_id);
  return { objects };
}
