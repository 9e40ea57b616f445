import type { Dirent } from "node:fs";
import { opendir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { HairlineError } from "../errors.ts";
import { isHiddenName, isImageFileName, pathOutsideRoot, type ImageRecord } from "../study/index.ts";
import { IGNORED, imageEntry, rejectedEntry, type ArchiveEntry } from "./archive-entry.ts";
import { isBelowRoot } from "./below-root.ts";

/** A folder is sorted this many entries at a time, so that a flat one of millions stays bounded. */
const SORTED_ENTRIES = 65_536;

export interface Walk {
  /** Absolute, without symlinks; keys are relative to it. */
  readonly root: string;
  /** Where to begin, as a key; "" is the root. */
  readonly folder: string;
  /** The image a key stands for; throws HairlineError to reject the file. */
  readonly recordOf: (objectKey: string) => ImageRecord;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Every file below a folder, in the order of its name, so that two imports number images alike. Images become
 * records; hidden and other files are ignored; linked folders are not entered (inside the root their files are
 * met anyway, and outside they are rejected).
 */
export async function* walkFolder(walk: Walk): AsyncGenerator<ArchiveEntry[]> {
  try {
    for await (const dirents of sortedChunks(join(walk.root, walk.folder))) {
      walk.signal?.throwIfAborted();
      yield* walkEntries(walk, dirents);
    }
  } catch (error) {
    if (!isUnreadableFolder(error)) throw error;
    const cause = new HairlineError(
      "ARCHIVE_NOT_FOUND",
      `the folder ${walk.folder} cannot be read (${error.code})`,
    );
    yield [rejectedEntry(cause, { objectKey: walk.folder, line: null })];
  }
}

async function* walkEntries(walk: Walk, dirents: readonly Dirent[]): AsyncGenerator<ArchiveEntry[]> {
  let entries: ArchiveEntry[] = [];
  for (const dirent of dirents) {
    const key = walk.folder === "" ? dirent.name : `${walk.folder}/${dirent.name}`;
    if (!dirent.isDirectory() || isHiddenName(dirent.name)) {
      entries.push(await fileEntry(walk, dirent, key));
      continue;
    }
    if (entries.length > 0) yield entries;
    entries = [];
    yield* walkFolder({ ...walk, folder: key });
  }
  if (entries.length > 0) yield entries;
}

async function fileEntry(walk: Walk, dirent: Dirent, key: string): Promise<ArchiveEntry> {
  const isLink = dirent.isSymbolicLink();
  if (isHiddenName(dirent.name) || (!dirent.isFile() && !isLink)) return IGNORED;
  try {
    if (isImageFileName(dirent.name)) return imageEntry(walk.recordOf(key), null);
    if (isLink && (await leadsToOutsideFolder(join(walk.root, key), walk.root))) throw pathOutsideRoot(key);
    return IGNORED;
  } catch (error) {
    return rejectedEntry(error, { objectKey: key, line: null });
  }
}

async function leadsToOutsideFolder(link: string, root: string): Promise<boolean> {
  try {
    return (await stat(link)).isDirectory() && !isBelowRoot(await realpath(link), root);
  } catch {
    // A broken link without an image's extension is no image either way.
    return false;
  }
}

async function* sortedChunks(folder: string): AsyncGenerator<Dirent[]> {
  let chunk: Dirent[] = [];
  for await (const dirent of await opendir(folder, { bufferSize: 1024 })) {
    chunk.push(dirent);
    if (chunk.length < SORTED_ENTRIES) continue;
    yield chunk.sort(byName);
    chunk = [];
  }
  if (chunk.length > 0) yield chunk.sort(byName);
}

function byName(left: Dirent, right: Dirent): number {
  return left.name < right.name ? -1 : 1;
}

function isUnreadableFolder(error: unknown): error is NodeJS.ErrnoException {
  const { code } = error as NodeJS.ErrnoException;
  return code === "EACCES" || code === "EPERM" || code === "ENOENT";
}
