import { rm } from "node:fs/promises";

import { realPathBelow, pathOf } from "./filesystem-path.ts";
import { listFiles } from "./filesystem-list.ts";
import { readObject, readObjectChunks, statObject } from "./filesystem-read.ts";
import { writeObject } from "./filesystem-write.ts";
import { keyParts } from "./object-key.ts";
import type { ObjectStore } from "./object-store.ts";

/**
 * A store whose objects are the files below a folder. Links are followed while they stay below it, and
 * refused with PATH_OUTSIDE_ROOT when they lead out; only regular files are objects.
 *
 * @param root made by the first put; may itself be a link
 */
export function openFilesystemStore(root: string): ObjectStore {
  return {
    get: (key, options = {}) => readObject(root, key, options),
    getStream: (key, options = {}) => readObjectChunks(root, key, options),
    put: (key, bytes) => writeObject(root, key, bytes),
    putStream: (key, chunks, { signal } = {}) => writeObject(root, key, untilAborted(chunks, signal)),
    stat: (key) => statObject(root, key),
    exists: async (key) => (await statObject(root, key)) !== undefined,
    delete: (key) => deleteObject(root, key),
    list: (prefix, options = {}) => listFiles(root, prefix, options),
  };
}

async function* untilAborted(
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  signal?.throwIfAborted();
  for await (const chunk of chunks) {
    signal?.throwIfAborted();
    yield chunk;
  }
  signal?.throwIfAborted();
}

async function deleteObject(root: string, key: string): Promise<void> {
  const parts = keyParts(key);
  // Nothing to do without the folder, and never a file behind a link that leads out.
  if ((await realPathBelow(root, parts.slice(0, -1), key)) === undefined) return;
  try {
    await rm(pathOf(root, parts), { force: true });
  } catch (error) {
    // A folder of objects, or a name that no file can have: no object either way.
    const { code = "" } = error as NodeJS.ErrnoException;
    if (!["ERR_FS_EISDIR", "ENOTDIR", "ENAMETOOLONG"].includes(code)) throw error;
  }
}
