import type { ListObjectsV2CommandOutput } from "@aws-sdk/client-s3";

import { isKey, prefixFolder } from "./object-key.ts";
import type { ListedObject, ListOptions } from "./object-store.ts";
import type { S3Bucket } from "./s3-client.ts";
import { storeError, storeUnavailable } from "./s3-error.ts";
import { objectStat } from "./s3-read.ts";

/** Lists by pages, holding one of them. S3's order is that of the keys' bytes. */
export async function* listS3Objects(
  bucket: S3Bucket,
  prefix: string,
  options: ListOptions,
): AsyncGenerator<ListedObject> {
  prefixFolder(prefix);
  const { signal, onUnaddressable } = options;
  for await (const page of pages(bucket, prefix, options)) {
    for (const { Key = "", Size, LastModified, ETag } of page.Contents ?? []) {
      signal?.throwIfAborted();
      const key = decoded(Key).slice(bucket.prefix.length);
      if (isKey(key)) yield { key, ...objectStat(Size, LastModified, ETag) };
      // A key that ends in "/" and has no bytes is how consoles show a folder.
      else if (!(key === "" || (key.endsWith("/") && Size === 0))) onUnaddressable?.(key);
    }
  }
}

async function* pages(
  { bucket, prefix: root, client: open, pageObjects }: S3Bucket,
  prefix: string,
  { startAfter, signal }: ListOptions,
): AsyncGenerator<ListObjectsV2CommandOutput> {
  const { ListObjectsV2Command } = await import("@aws-sdk/client-s3");
  const client = await open();
  const base = {
    Bucket: bucket,
    Prefix: root + prefix,
    MaxKeys: pageObjects,
    // XML cannot hold every character that a key can.
    EncodingType: "url" as const,
    ...(startAfter === undefined ? {} : { StartAfter: root + startAfter }),
  };
  let token: string | undefined;
  do {
    signal?.throwIfAborted();
    let page: ListObjectsV2CommandOutput;
    try {
      const command = new ListObjectsV2Command(
        token === undefined ? base : { ...base, ContinuationToken: token },
      );
      page = await client.send(command, signal === undefined ? {} : { abortSignal: signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw storeError(error, { bucket, key: root + prefix });
    }
    yield page;
    const next = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    if (page.IsTruncated === true && (next === undefined || next === token)) {
      const file = `s3://${bucket}/${root}${prefix}`;
      throw storeUnavailable(`The object store's listing of ${file} does not go on.`, { file });
    }
    token = next;
  } while (token !== undefined);
}

/** Percent-encoded by each server in its way: some write a space as "+", and all a plus as %2B. */
function decoded(key: string): string {
  return decodeURIComponent(key.replaceAll("+", " "));
}
