import { constants, type Stats } from "node:fs";
import { open, stat, type FileHandle } from "node:fs/promises";

import { realPathBelow } from "./filesystem-path.ts";
import { objectMissing, objectTooLarge } from "./object-failure.ts";
import { keyParts } from "./object-key.ts";
import {
  DEFAULT_MAX_OBJECT_BYTES,
  requireExpected,
  type GetOptions,
  type ObjectStat,
} from "./object-store.ts";

/** Read at a time, so that an abort is heeded soon. */
const CHUNK_BYTES = 4 * 1024 * 1024;
const STREAM_BYTES = 256 * 1024;

// The path is resolved already: a link now was put there since. Opening a FIFO must not wait for its writer.
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

export async function readObject(root: string, key: string, options: GetOptions): Promise<Uint8Array> {
  const { signal, maxBytes = DEFAULT_MAX_OBJECT_BYTES, expected } = options;
  signal?.throwIfAborted();
  const handle = await openObject(root, key);
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw objectMissing(key, "is not a regular file");
    if (stats.size > maxBytes) throw objectTooLarge(key, stats.size, maxBytes);
    requireUnchanged(key, stats, expected);
    const bytes = await readAll(handle, { key, byteSize: stats.size, maxBytes, signal });
    // Written over while it was read: the bytes may be some of each.
    if (expected !== undefined) requireUnchanged(key, await handle.stat(), expected);
    return bytes;
  } finally {
    await handle.close();
  }
}

/** The bytes in chunks of at most 256 KiB, from the file as it was opened. */
export async function* readObjectChunks(
  root: string,
  key: string,
  { signal, expected, maxBytes = Number.POSITIVE_INFINITY }: GetOptions,
): AsyncGenerator<Uint8Array> {
  signal?.throwIfAborted();
  const handle = await openObject(root, key);
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw objectMissing(key, "is not a regular file");
    if (stats.size > maxBytes) throw objectTooLarge(key, stats.size, maxBytes);
    requireUnchanged(key, stats, expected);
    for (let length = 0; ;) {
      signal?.throwIfAborted();
      const { bytesRead, buffer } = await handle.read(
        Buffer.allocUnsafe(STREAM_BYTES),
        0,
        STREAM_BYTES,
        null,
      );
      length += bytesRead;
      if (length > maxBytes) throw objectTooLarge(key, length, maxBytes);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

export async function statObject(root: string, key: string): Promise<ObjectStat | undefined> {
  const path = await realPathBelow(root, keyParts(key), key).catch(asKeyFailure(key));
  if (path === undefined) return undefined;
  const stats = await stat(path).catch((error: NodeJS.ErrnoException): Stats | undefined => {
    if (error.code === "ENOENT") return undefined;
    return asKeyFailure(key)(error);
  });
  return stats?.isFile() ? { byteSize: stats.size, modifiedAt: stats.mtime } : undefined;
}

async function openObject(root: string, key: string): Promise<FileHandle> {
  const path = await realPathBelow(root, keyParts(key), key).catch(asKeyFailure(key));
  if (path === undefined) throw objectMissing(key, "is not there");
  return open(path, OPEN_FLAGS).catch(asKeyFailure(key));
}

function requireUnchanged(key: string, { size, mtime }: Stats, expected: ObjectStat | undefined): void {
  requireExpected(key, { byteSize: size, modifiedAt: mtime }, expected);
}

interface Reading {
  readonly key: string;
  readonly byteSize: number;
  readonly maxBytes: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Reads to the end, which may have moved since the size was taken. A file of the size it had is returned in a buffer of
 * just that size, which can be moved to another thread without a copy.
 */
async function readAll(
  handle: FileHandle,
  { key, byteSize, maxBytes, signal }: Reading,
): Promise<Uint8Array> {
  let buffer = Buffer.allocUnsafeSlow(byteSize);
  let length = 0;
  for (;;) {
    signal?.throwIfAborted();
    // Reading nothing is how the end shows: a full buffer is asked for one byte more.
    const full = length === buffer.length;
    const target = full ? Buffer.allocUnsafeSlow(1) : buffer;
    const room = Math.min(target.length - (full ? 0 : length), CHUNK_BYTES);
    const { bytesRead } = await handle.read(target, full ? 0 : length, room, null);
    if (bytesRead === 0) return full ? buffer : buffer.subarray(0, length);
    if (full) buffer = grown(buffer, target, maxBytes);
    length += bytesRead;
    if (length > maxBytes) throw objectTooLarge(key, length, maxBytes);
  }
}

/** Twice as long, with what was read behind its end. */
function grown(buffer: Buffer, behind: Buffer, maxBytes: number): Buffer<ArrayBuffer> {
  const larger = Buffer.allocUnsafeSlow(
    Math.max(buffer.length + 1, Math.min(2 * buffer.length, maxBytes + 1)),
  );
  buffer.copy(larger);
  behind.copy(larger, buffer.length);
  return larger;
}

/** Failures that are about this key; the rest stay as they are, to be tried again. */
function asKeyFailure(key: string): (error: unknown) => never {
  return (error) => {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (["ENOENT", "ENOTDIR"].includes(code)) throw objectMissing(key, "is not there", error);
    if (["EACCES", "EPERM", "ELOOP", "ENAMETOOLONG", "EISDIR", "ENXIO"].includes(code)) {
      throw objectMissing(key, `cannot be read (${code})`, error);
    }
    throw error;
  };
}
