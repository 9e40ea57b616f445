import type { ObjectStore } from "../storage/index.ts";

const SPLITS = ["train", "valid"] as const;
const BODY_PART_FOLDER = /^XR_[A-Z]+\//;
const INSIDE_SPLIT =
  /^(?<root>(?:.*\/)?)(?:train|valid)\/(?:XR_[A-Z]+\/(?:patient\d+\/(?:study\d+_(?:positive|negative)\/)?)?)?$/;

/** Objects and folders looked at beside a tree that is the one child of the prefix. Each folder costs three requests. */
const MAX_OBJECTS_BESIDE = 1000;
const MAX_FOLDERS_BESIDE = 16;

/** A MURA tree in a store: prefixes, "" or ending in "/". */
export interface FoundTree {
  readonly root: string;
  readonly folders: readonly string[];
}

/**
 * The MURA trees that a prefix is, lies in, or holds as children; more than one only in the last case. A prefix of
 * many other folders or objects is not searched to its end.
 * @param folder "" or a key that ends in "/"
 */
export async function findStoreTrees(store: ObjectStore, folder: string): Promise<FoundTree[]> {
  const own = await storeSplits(store, folder);
  if (own.length > 0) return [{ root: folder, folders: own }];
  const above = INSIDE_SPLIT.exec(folder)?.groups?.["root"];
  if (above !== undefined && (await storeSplits(store, above)).length > 0) {
    return [{ root: above, folders: [folder] }];
  }
  const below: FoundTree[] = [];
  for await (const child of childFolders(store, folder)) {
    const folders = await storeSplits(store, child);
    if (folders.length > 0) below.push({ root: child, folders });
  }
  return below;
}

/** The prefix's train and valid that hold at least one body part. */
export async function storeSplits(store: ObjectStore, folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const split of SPLITS) {
    const prefix = `${folder}${split}/`;
    for await (const { key } of store.list(`${prefix}XR_`)) {
      if (!BODY_PART_FOLDER.test(key.slice(prefix.length))) continue;
      found.push(prefix);
      break;
    }
  }
  return found;
}

/** Goes from folder to folder by starting the listing anew after each. */
async function* childFolders(store: ObjectStore, folder: string): AsyncGenerator<string> {
  let objects = 0;
  let startAfter: string | undefined;
  for (let folders = 0; folders < MAX_FOLDERS_BESIDE; folders += 1) {
    let child: string | undefined;
    for await (const { key } of store.list(folder, { startAfter })) {
      const slash = key.indexOf("/", folder.length);
      if (slash !== -1) child = key.slice(0, slash + 1);
      else objects += 1;
      if (child !== undefined || objects === MAX_OBJECTS_BESIDE) break;
    }
    if (child === undefined) return;
    yield child;
    // "0" follows "/": the first name that is not below the child.
    startAfter = `${child.slice(0, -1)}0`;
  }
}
