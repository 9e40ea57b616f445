import type { S3Settings } from "./config.ts";
import type { ObjectStore } from "./object-store.ts";
import { sharedClient, type S3Bucket } from "./s3-client.ts";
import { listS3Objects } from "./s3-list.ts";
import type { S3Location } from "./s3-location.ts";
import { presignS3Get } from "./s3-presign.ts";
import { readS3Chunks, readS3Object, statS3Object } from "./s3-read.ts";
import { deleteS3Object, writeS3Object, writeS3Stream } from "./s3-write.ts";

export interface S3StoreOptions extends S3Location, S3Settings {
  /** Objects a request lists, 1 to 1,000; default 1,000. */
  readonly pageObjects?: number | undefined;
}

/**
 * A store whose objects are those of a bucket below a prefix. Requests that fail by a fault of the server or the
 * network are tried again, with growing pauses, for some seconds; a body that breaks off goes on where it ended.
 * Nothing is asked of the server before the first call.
 *
 * Besides the port's errors, calls throw HairlineError STORE_UNAVAILABLE, STORE_DENIED, ARCHIVE_NOT_FOUND when there
 * is no such bucket, and BAD_CONFIG when it is in another region.
 */
export function openS3Store(where: S3StoreOptions): ObjectStore {
  const { bucket, prefix, pageObjects = 1000, ...settings } = where;
  const place: S3Bucket = { bucket, prefix, pageObjects, client: () => sharedClient(settings) };
  return {
    get: (key, options = {}) => readS3Object(place, key, options),
    getStream: (key, options = {}) => readS3Chunks(place, key, options),
    put: (key, bytes) => writeS3Object(place, key, bytes),
    putStream: (key, chunks, options = {}) => writeS3Stream(place, key, { chunks, ...options }),
    stat: (key) => statS3Object(place, key),
    exists: async (key) => (await statS3Object(place, key)) !== undefined,
    delete: (key) => deleteS3Object(place, key),
    list: (start, options = {}) => listS3Objects(place, start, options),
    presignGet: (key, options) => presignS3Get(place, key, options),
  };
}
