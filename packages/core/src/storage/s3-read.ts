import type { GetObjectCommandOutput } from "@aws-sdk/client-s3";
import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";

import { objectMissing, objectTooLarge } from "./object-failure.ts";
import { keyParts } from "./object-key.ts";
import {
  DEFAULT_MAX_OBJECT_BYTES,
  requireExpected,
  type GetOptions,
  type ObjectStat,
} from "./object-store.ts";
import type { S3Bucket } from "./s3-client.ts";
import { faultOf, storeError, storeUnavailable } from "./s3-error.ts";

/** Tries at a body that ends early or stands still, each going on where the last one ended. */
const BODY_ATTEMPTS = 5;
const BACK_OFF_MS = 100;
/** A body that gives no byte for so long is taken for cut. */
const STALL_MS = 30_000;

export async function readS3Object(bucket: S3Bucket, key: string, options: GetOptions): Promise<Uint8Array> {
  const { maxBytes = DEFAULT_MAX_OBJECT_BYTES } = options;
  const chunks: Uint8Array[] = [];
  for await (const chunk of readS3Chunks(bucket, key, { ...options, maxBytes })) chunks.push(chunk);
  const [first] = chunks;
  return chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
}

/** Where a read stands, and which bytes it is of. */
interface Reading {
  readonly bucket: S3Bucket;
  readonly key: string;
  readonly options: GetOptions;
  offset: number;
  etag: string | undefined;
}

/** The object's bytes as they arrive. A body that breaks off is asked for again from there, if it is the same object. */
export async function* readS3Chunks(
  bucket: S3Bucket,
  key: string,
  options: GetOptions,
): AsyncGenerator<Uint8Array> {
  keyParts(key);
  const { signal } = options;
  const reading: Reading = { bucket, key, options, offset: 0, etag: undefined };
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    try {
      yield* readOnce(reading);
      return;
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof BrokenBody)) throw error;
      const file = `s3://${bucket.bucket}/${bucket.prefix}${key}`;
      if (attempt === BODY_ATTEMPTS) {
        throw storeUnavailable(`The object store ended ${file} early, ${attempt} times: ${error.message}`, {
          file,
          cause: error.cause,
        });
      }
      await delay(BACK_OFF_MS * 2 ** (attempt - 1) * (0.5 + Math.random() / 2), undefined, { signal });
    }
  }
}

/** The answer came, and then not all of its bytes. */
class BrokenBody extends Error {}

async function* readOnce(reading: Reading): AsyncGenerator<Uint8Array> {
  const { signal } = reading.options;
  const cut = new AbortController();
  let stalled: NodeJS.Timeout | undefined;
  const relay = (): void => cut.abort(signal?.reason);
  signal?.addEventListener("abort", relay, { once: true });
  try {
    const answer = await request(reading, cut.signal);
    stalled = setTimeout(() => cut.abort(), STALL_MS);
    const end = reading.offset + (answer.ContentLength ?? 0);
    for await (const chunk of bodyOf(answer)) {
      stalled.refresh();
      reading.offset += chunk.length;
      if (reading.offset > end) break;
      yield chunk;
    }
    if (reading.offset !== end) throw new BrokenBody(`${reading.offset} of ${end} bytes`);
  } finally {
    clearTimeout(stalled);
    signal?.removeEventListener("abort", relay);
    // Left half way, the connection would stay taken.
    cut.abort();
  }
}

async function request(reading: Reading, abortSignal: AbortSignal): Promise<GetObjectCommandOutput> {
  const { bucket, key, offset, etag, options } = reading;
  const { GetObjectCommand } = await import("@aws-sdk/client-s3");
  const client = await bucket.client();
  const place = { Bucket: bucket.bucket, Key: bucket.prefix + key };
  const rest =
    offset === 0 ? {} : { Range: `bytes=${offset}-`, ...(etag === undefined ? {} : { IfMatch: etag }) };
  const answer = await client
    .send(new GetObjectCommand({ ...place, ...rest }), { abortSignal })
    .catch((error: unknown) => {
      throw readFailure(error, bucket, key);
    });
  if (offset === 0) requireExpected(key, answerStat(answer), options.expected);
  reading.etag ??= answer.ETag;
  const byteSize = offset + (answer.ContentLength ?? 0);
  if (options.maxBytes !== undefined && byteSize > options.maxBytes) {
    throw objectTooLarge(key, byteSize, options.maxBytes);
  }
  return answer;
}

function answerStat({ ContentLength, LastModified, ETag }: GetObjectCommandOutput): ObjectStat {
  return objectStat(ContentLength, LastModified, ETag);
}

async function* bodyOf(answer: GetObjectCommandOutput): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of answer.Body as Readable) yield chunk as Uint8Array;
  } catch (cause) {
    throw new BrokenBody(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function readFailure(error: unknown, { bucket, prefix }: S3Bucket, key: string): unknown {
  const fault = faultOf(error);
  if (fault === "no-object") return objectMissing(key, "is not there", error);
  if (fault === "bad-key") return objectMissing(key, "cannot be the name of an object", error);
  if (fault === "changed") {
    const file = `s3://${bucket}/${prefix}${key}`;
    return storeUnavailable(`${file} was replaced while it was read.`, { file, cause: error });
  }
  return storeError(error, { bucket, key: prefix + key });
}

export async function statS3Object(bucket: S3Bucket, key: string): Promise<ObjectStat | undefined> {
  keyParts(key);
  const { HeadObjectCommand } = await import("@aws-sdk/client-s3");
  const client = await bucket.client();
  try {
    const head = await client.send(
      new HeadObjectCommand({ Bucket: bucket.bucket, Key: bucket.prefix + key }),
    );
    return objectStat(head.ContentLength, head.LastModified, head.ETag);
  } catch (error) {
    const fault = faultOf(error);
    if (fault === "no-object" || fault === "bad-key") return undefined;
    throw storeError(error, { bucket: bucket.bucket, key: bucket.prefix + key });
  }
}

/** Times in whole seconds: HEAD gives no more, and the same object must not seem changed to a listing. */
export function objectStat(byteSize = 0, modifiedAt = new Date(0), etag?: string): ObjectStat {
  const seconds = Math.floor(modifiedAt.getTime() / 1000);
  return { byteSize, modifiedAt: new Date(seconds * 1000), etag: etag?.replaceAll('"', "") };
}
