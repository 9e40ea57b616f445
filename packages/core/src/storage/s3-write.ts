import { Readable } from "node:stream";

import { keyParts } from "./object-key.ts";
import type { PutStreamOptions } from "./object-store.ts";
import type { S3Bucket } from "./s3-client.ts";
import { storeError } from "./s3-error.ts";

/** Bytes of a part; S3 takes 10,000 of them, so that an object may have 80 GiB. */
const PART_BYTES = 8 * 1024 * 1024;
const PARTS_AT_ONCE = 4;

export async function writeS3Object(bucket: S3Bucket, key: string, bytes: Uint8Array): Promise<void> {
  keyParts(key);
  // In parts, a failure on the way repeats one part instead of all.
  if (bytes.length > 2 * PART_BYTES) return upload(bucket, key, { body: bytes });
  const { PutObjectCommand } = await import("@aws-sdk/client-s3");
  const client = await bucket.client();
  const place = { Bucket: bucket.bucket, Key: bucket.prefix + key };
  try {
    await client.send(new PutObjectCommand({ ...place, Body: bytes, ContentLength: bytes.length }));
  } catch (error) {
    throw storeError(error, { bucket: bucket.bucket, key: bucket.prefix + key });
  }
}

/** Held in memory: the parts under way, 40 MiB at most. Nothing is stored when the source or the signal ends it. */
export async function writeS3Stream(
  bucket: S3Bucket,
  key: string,
  { chunks, signal }: { chunks: AsyncIterable<Uint8Array> } & PutStreamOptions,
): Promise<void> {
  keyParts(key);
  signal?.throwIfAborted();
  let sourceFault: { readonly error: unknown } | undefined;
  const noting = async function* (): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of chunks) {
        signal?.throwIfAborted();
        yield chunk;
      }
    } catch (error) {
      sourceFault = { error };
      throw error;
    }
  };
  try {
    await upload(bucket, key, { body: Readable.from(noting(), { objectMode: false }), signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw sourceFault === undefined ? error : sourceFault.error;
  }
}

async function upload(
  bucket: S3Bucket,
  key: string,
  { body, signal }: { body: Uint8Array | Readable } & PutStreamOptions,
): Promise<void> {
  const { Upload } = await import("@aws-sdk/lib-storage");
  const task = new Upload({
    client: await bucket.client(),
    params: { Bucket: bucket.bucket, Key: bucket.prefix + key, Body: body },
    partSize: PART_BYTES,
    queueSize: PARTS_AT_ONCE,
  });
  const stop = (): void => void task.abort();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    await task.done();
  } catch (error) {
    throw storeError(error, { bucket: bucket.bucket, key: bucket.prefix + key });
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

export async function deleteS3Object(bucket: S3Bucket, key: string): Promise<void> {
  keyParts(key);
  const { DeleteObjectCommand } = await import("@aws-sdk/client-s3");
  const client = await bucket.client();
  try {
    await client.send(new DeleteObjectCommand({ Bucket: bucket.bucket, Key: bucket.prefix + key }));
  } catch (error) {
    throw storeError(error, { bucket: bucket.bucket, key: bucket.prefix + key });
  }
}
