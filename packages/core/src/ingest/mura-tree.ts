import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, join, sep } from "node:path";
import { HairlineError } from "../errors.ts";
import {
  checkObjectKey,
  datasetNameFrom,
  isHiddenName,
  muraImageRecord,
  parseMuraImage,
} from "../study/index.ts";
import type { ArchiveSource } from "./archive-source.ts";
import { folderKey } from "./folder-source.ts";
import { walkFolder } from "./walk-folder.ts";

const SPLITS = ["train", "valid"] as const;
const BODY_PART_FOLDER = /^XR_[A-Z]+$/;
const INSIDE_SPLIT =
  /^(?<root>.*)\/(?:train|valid)(?:\/XR_[A-Z]+(?:\/patient\d+(?:\/study\d+_(?:positive|negative))?)?)?$/;

export interface MuraTree {
  /** The folder that holds train and valid; absolute, without symlinks. */
  readonly root: string;
  /** What to read of it. */
  readonly folders: readonly string[];
}

/**
 * The MURA tree a folder is, lies in, or holds as its one child; undefined when it is none of these.
 * @param folder absolute, without symlinks
 * @throws HairlineError ARCHIVE_LAYOUT_UNKNOWN when it holds more than one
 */
export async function findMuraTree(folder: string): Promise<MuraTree | undefined> {
  const own = await splitFolders(folder);
  if (own.length > 0) return { root: folder, folders: own };

  const above = INSIDE_SPLIT.exec(folder.split(sep).join("/"))?.groups?.["root"];
  if (above !== undefined && above !== "" && (await splitFolders(above)).length > 0) {
    return { root: above, folders: [folder] };
  }
  const below: MuraTree[] = [];
  for (const child of await childFolders(folder)) {
    const folders = await splitFolders(join(folder, child));
    if (folders.length > 0) below.push({ root: join(folder, child), folders });
  }
  if (below.length > 1) throw ambiguousTree(folder, below);
  return below[0];
}

/** Images of a MURA tree, in the order train, valid; what is not of the layout is rejected. */
export function muraTreeSource(tree: MuraTree): ArchiveSource {
  const { root } = tree;
  return {
    layout: "mura",
    root,
    defaultName: datasetNameFrom(basename(root)),
    ignoredColumns: [],
    async *entries(signal) {
      for (const folder of tree.folders) {
        yield* walkFolder({ root, folder: folderKey(folder, root), signal, recordOf: muraRecord });
      }
    },
  };
}

/** The folder's train and valid that hold at least one body part. */
export async function splitFolders(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const split of SPLITS) {
    const children = await childFolders(join(folder, split));
    if (children.some((name) => BODY_PART_FOLDER.test(name))) found.push(join(folder, split));
  }
  return found;
}

async function childFolders(folder: string): Promise<string[]> {
  let dirents: Dirent[];
  try {
    dirents = await readdir(folder, { withFileTypes: true });
  } catch {
    // No such folder, a file, or one that must not be read: it is no part of a tree.
    return [];
  }
  return dirents
    .filter((dirent) => dirent.isDirectory() && !isHiddenName(dirent.name))
    .map(({ name }) => name)
    .sort();
}

function muraRecord(objectKey: string): ReturnType<typeof muraImageRecord> {
  return muraImageRecord(parseMuraImage(checkObjectKey(objectKey)));
}

function ambiguousTree(folder: string, trees: readonly MuraTree[]): HairlineError {
  const names = trees.map(({ root }) => basename(root)).join(", ");
  return new HairlineError("ARCHIVE_LAYOUT_UNKNOWN", `${folder} holds more than one MURA tree: ${names}.`, {
    file: folder,
    remedy: "Import each by its own path.",
  });
}
