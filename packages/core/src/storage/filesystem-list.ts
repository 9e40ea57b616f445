import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";

import { isHairlineError } from "../errors.ts";
import { realPathBelow } from "./filesystem-path.ts";
import { statObject } from "./filesystem-read.ts";
import { isDraft } from "./filesystem-write.ts";
import { prefixFolder } from "./object-key.ts";
import type { ListedObject, ListOptions } from "./object-store.ts";

/** Files asked for their size at once: hides the latency of network file systems. */
const STATS_AT_ONCE = 32;

/** Walks the folders in key order, holding the names of one folder per level. Linked folders are not entered. */
export async function* listFiles(
  root: string,
  prefix: string,
  { startAfter = "", signal }: ListOptions,
): AsyncGenerator<ListedObject> {
  const folder = prefixFolder(prefix);
  yield* walk({ root, prefix, startAfter: Buffer.from(startAfter), signal }, folder);
}

interface Walk {
  readonly root: string;
  readonly prefix: string;
  readonly startAfter: Uint8Array;
  readonly signal: AbortSignal | undefined;
}

async function* walk(of: Walk, folder: readonly string[]): AsyncGenerator<ListedObject> {
  const { root, prefix, startAfter, signal } = of;
  signal?.throwIfAborted();
  let files: string[] = [];
  for (const entry of await sortedEntries(root, folder)) {
    const key = [...folder, entry.name].join("/");
    if (entry.isDirectory()) {
      if (!overlaps(`${key}/`, prefix) || isBefore(`${key}/`, startAfter)) continue;
      yield* listed(root, files);
      files = [];
      yield* walk(of, [...folder, entry.name]);
    } else if (key.startsWith(prefix) && !isDraft(entry.name)) {
      if (Buffer.compare(Buffer.from(key), startAfter) <= 0) continue;
      files.push(key);
      if (files.length < STATS_AT_ONCE) continue;
      yield* listed(root, files);
      files = [];
    }
  }
  yield* listed(root, files);
}

async function sortedEntries(root: string, folder: readonly string[]): Promise<Dirent[]> {
  const path = await realPathBelow(root, folder, folder.join("/"));
  if (path === undefined) return [];
  const entries = await readdir(path, { withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException): Dirent[] => {
      // Deleted since it was listed, or a file where a prefix expects a folder.
      if (error.code === "ENOENT" || error.code === "ENOTDIR") return [];
      throw error;
    },
  );
  // A folder sorts by its objects' keys, which go on with "/": "a.png" < "a/b.png" < "a0.png".
  const keyed = entries.map((entry) => ({
    entry,
    bytes: Buffer.from(entry.isDirectory() ? `${entry.name}/` : entry.name),
  }));
  return keyed.sort((a, b) => Buffer.compare(a.bytes, b.bytes)).map(({ entry }) => entry);
}

function overlaps(folderKey: string, prefix: string): boolean {
  return folderKey.startsWith(prefix) || prefix.startsWith(folderKey);
}

/** Whether every key of a folder comes before the one to start after. */
function isBefore(folderKey: string, startAfter: Uint8Array): boolean {
  const bytes = Buffer.from(folderKey);
  return Buffer.compare(bytes, startAfter.subarray(0, bytes.length)) < 0;
}

async function* listed(root: string, keys: readonly string[]): AsyncGenerator<ListedObject> {
  const stats = await Promise.all(keys.map((key) => statListed(root, key)));
  for (const [index, key] of keys.entries()) {
    const stat = stats[index];
    if (stat) yield { key, ...stat };
  }
}

/** Undefined for what is no object: a pipe, a link that leads nowhere or out, a name that is not UTF-8. */
async function statListed(root: string, key: string): ReturnType<typeof statObject> {
  try {
    return await statObject(root, key);
  } catch (error) {
    if (isHairlineError(error) && error.code === "PATH_OUTSIDE_ROOT") return undefined;
    throw error;
  }
}
