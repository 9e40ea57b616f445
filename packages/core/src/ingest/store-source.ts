import { basename } from "node:path";
import { HairlineError } from "../errors.ts";
import type { ObjectStore } from "../storage/index.ts";
import {
  checkObjectKey,
  datasetNameFrom,
  hasHiddenPart,
  isImageFileName,
  muraImageRecord,
  parseMuraImage,
  unlabelledImage,
  type ImageRecord,
} from "../study/index.ts";
import { IGNORED, imageEntry, rejectedEntry, type ArchiveEntry } from "./archive-entry.ts";
import type { ArchiveSource } from "./archive-source.ts";

/** Objects handed on together. */
const CHUNK_ENTRIES = 1000;

export interface StoreTree {
  /** s3://bucket/prefix that keys are relative to, and its store. */
  readonly root: string;
  readonly store: ObjectStore;
  /** What to read of it: keys that end in "/", or "" for all. */
  readonly folders: readonly string[];
}

/** Images of a MURA tree in a store, in the order train, valid; what is not of the layout is rejected. */
export function storeMuraSource(tree: StoreTree): ArchiveSource {
  const recordOf = (key: string): ImageRecord => muraImageRecord(parseMuraImage(checkObjectKey(key)));
  return { layout: "mura", ...described(tree), entries: (signal) => listEntries(tree, { recordOf, signal }) };
}

/** Every image below a prefix, each a study by itself with nothing known of it. */
export function storeFolderSource(tree: StoreTree): ArchiveSource {
  const recordOf = (key: string): ImageRecord => unlabelledImage(checkObjectKey(key));
  return {
    layout: "folder",
    ...described(tree),
    entries: (signal) => listEntries(tree, { recordOf, signal }),
  };
}

function described({ root, folders }: StoreTree): Omit<ArchiveSource, "entries" | "layout"> {
  const named = folders.length === 1 && folders[0] !== "" ? `${root}/${folders[0]}` : root;
  return { root, defaultName: datasetNameFrom(basename(named)), ignoredColumns: [] };
}

interface Listing {
  readonly recordOf: (objectKey: string) => ImageRecord;
  readonly signal: AbortSignal | undefined;
}

/** Sizes and times come with the listing: no object is asked for them. */
async function* listEntries(
  { store, folders }: StoreTree,
  { recordOf, signal }: Listing,
): AsyncGenerator<ArchiveEntry[]> {
  let entries: ArchiveEntry[] = [];
  for (const folder of folders) {
    const onUnaddressable = (name: string): void => {
      if (isImageFileName(name)) entries.push(unaddressable(name));
    };
    for await (const { key, ...file } of store.list(folder, { signal, onUnaddressable })) {
      const isImage = isImageFileName(key) && !hasHiddenPart(key.slice(folder.length));
      entries.push(isImage ? entryOf(key, () => imageEntry(recordOf(key), null, file)) : IGNORED);
      if (entries.length < CHUNK_ENTRIES) continue;
      yield entries;
      entries = [];
    }
  }
  if (entries.length > 0) yield entries;
}

function entryOf(key: string, make: () => ArchiveEntry): ArchiveEntry {
  try {
    return make();
  } catch (error) {
    return rejectedEntry(error, { objectKey: key, line: null });
  }
}

function unaddressable(name: string): ArchiveEntry {
  const error = new HairlineError(
    "ROW_INVALID",
    "path: has an empty, . or .. part or is too long for a key",
    {
      field: "path",
    },
  );
  return rejectedEntry(error, { objectKey: name, line: null });
}
