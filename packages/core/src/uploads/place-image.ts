import { inTransaction, type Database } from "../db/index.ts";
import { HairlineError } from "../errors.ts";
import type { ObjectStat, ObjectStore } from "../storage/index.ts";
import { lockObject } from "./object-lock.ts";
import type { UploadTarget } from "./uploaded-study.ts";

/** An image whose bytes are stored and that no row tells of yet. */
export interface PlacedImage {
  readonly objectKey: string;
  readonly sha256: Buffer;
  readonly stat: ObjectStat;
}

export interface Placing {
  readonly database: Database;
  /** At the target's root. */
  readonly store: ObjectStore;
  readonly target: UploadTarget;
  readonly uploadId: string;
}

/**
 * Where an image lies: below its study, by what it holds. So the key tells nothing of a patient, the same file is one
 * view of a study however often it is sent, and a study's files can be deleted without asking who else has them.
 *
 * @param extension of the format found in the bytes, such as png
 */
export function uploadObjectKey(studyId: number, sha256: Buffer, extension: string): string {
  return `${studyId}/${sha256.toString("hex")}.${extension}`;
}

/**
 * Stores an image for an upload under way. The draft is on record before the object is, so that an upload which dies
 * leaves nothing that cannot be found.
 *
 * @returns undefined when the study has the image already
 * @throws what the store throws
 */
export async function placeImage(
  { database, store, target, uploadId }: Placing,
  image: { readonly bytes: Uint8Array; readonly sha256: Buffer; readonly extension: string },
): Promise<PlacedImage | undefined> {
  const { sha256 } = image;
  const objectKey = uploadObjectKey(target.studyId, sha256, image.extension);
  const known = await database.pool.query("select from image where dataset_id = $1 and object_key = $2", [
    target.datasetId,
    objectKey,
  ]);
  if (known.rowCount === 1) return undefined;
  const { root } = target;
  const noted = await database.pool.query(
    "insert into upload_draft (upload_id, root, object_key) values ($1, $2, $3) on conflict do nothing",
    [uploadId, root, objectKey],
  );
  if (noted.rowCount === 0) return undefined;
  return inTransaction(database.pool, async (client) => {
    await lockObject(client, { root, objectKey });
    // Stored once only: another time of change would look to the worker like another file.
    const stat = (await store.stat(objectKey)) ?? (await put(store, objectKey, image.bytes));
    return { objectKey, sha256, stat };
  });
}

async function put(store: ObjectStore, objectKey: string, bytes: Uint8Array): Promise<ObjectStat> {
  await store.put(objectKey, bytes);
  const stat = await store.stat(objectKey);
  if (stat?.byteSize === bytes.length) return stat;
  throw new HairlineError("STORE_UNAVAILABLE", "The object store does not have what it was given.", {
    file: objectKey,
    remedy: "Send the upload again.",
  });
}
