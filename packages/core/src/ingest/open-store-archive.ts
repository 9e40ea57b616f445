import { basename } from "node:path";
import { HairlineError } from "../errors.ts";
import { formatS3Url, isS3Url, openObjectStore, parseS3Url, type ObjectStore } from "../storage/index.ts";
import type { ArchiveSource } from "./archive-source.ts";
import type { CsvFile } from "./csv-file.ts";
import type { MuraFolders } from "./mura-csv.ts";
import { storeFolderSource, storeMuraSource } from "./store-source.ts";
import { findStoreTrees, storeSplits } from "./store-tree.ts";

/** A place in a bucket, its bucket's store, and the prefix: "" or ending in "/". */
interface StorePlace {
  readonly bucket: string;
  readonly store: ObjectStore;
  readonly prefix: string;
}

function placeOf(url: string): StorePlace {
  const { bucket, prefix } = parseS3Url(url);
  return { bucket, prefix, store: openObjectStore(`s3://${bucket}`) };
}

/**
 * The object at a URL as a CSV; undefined when the URL is a prefix of objects.
 * @throws HairlineError ARCHIVE_NOT_FOUND when it is neither
 */
export async function storeCsv(url: string): Promise<CsvFile | undefined> {
  const { store, prefix } = placeOf(url);
  for await (const _ of store.list(prefix)) return undefined;
  const key = prefix.slice(0, -1);
  if (key === "" || !(await store.exists(key))) throw nothingThere(url);
  return { name: url, bytes: (signal) => store.getStream(key, { signal }) };
}

/**
 * A prefix of objects with its layout recognised, as openArchive does of a folder.
 * @throws HairlineError ARCHIVE_LAYOUT_UNKNOWN
 */
export async function openStoreFolder(
  url: string,
  { layout, root }: { layout: "mura" | "folder" | undefined; root: string | undefined },
): Promise<ArchiveSource> {
  const place = placeOf(url);
  if (layout !== "folder") {
    const trees = await findStoreTrees(place.store, place.prefix);
    if (trees.length > 1)
      throw ambiguous(
        url,
        trees.map((tree) => tree.root),
      );
    const [tree] = trees;
    if (tree !== undefined) {
      const at = formatS3Url({ bucket: place.bucket, prefix: tree.root });
      if (root !== undefined && root !== at) throw otherRoot(at);
      const folders = tree.folders.map((folder) => folder.slice(tree.root.length));
      return storeMuraSource({ root: at, store: openObjectStore(at), folders });
    }
    if (layout === "mura") throw unknownLayout(url, "holds no train or valid folder of MURA-v1.1");
  }
  const at = root ?? formatS3Url(place);
  return storeFolderSource({ root: at, store: openObjectStore(at), folders: [folderBelow(place, at)] });
}

/** The store's form of a root given by the user. */
export function storeRoot(url: string): string {
  return formatS3Url(parseS3Url(url));
}

/** The folders of a MURA CSV, looked for below `base`, s3://bucket/prefix. */
export function storeMuraFolders(base: string): MuraFolders {
  const { bucket, store, prefix } = placeOf(base);
  return {
    async findRoot(archive) {
      const names = archive.split("/").filter((part) => part !== "" && part !== ".");
      const isBelow = !archive.startsWith("/") && !isS3Url(archive) && !names.includes("..");
      const named = isBelow && names.length > 0 ? [`${prefix}${names.join("/")}/`] : [];
      const prefixes = [...named, ...(isBelow ? [prefix] : [])];
      const places = prefixes.map((place) => formatS3Url({ bucket, prefix: place }));
      for (const [index, place] of prefixes.entries()) {
        if ((await storeSplits(store, place)).length > 0) return { root: places[index], places };
      }
      return { root: undefined, places };
    },
    async studyFiles(root, studyKey) {
      const names: string[] = [];
      for await (const { key } of openObjectStore(root).list(`${studyKey}/`)) {
        const name = key.slice(studyKey.length + 1);
        if (!name.includes("/")) names.push(name);
      }
      return names.length === 0 ? undefined : names;
    },
  };
}

function folderBelow({ bucket, prefix }: StorePlace, root: string): string {
  const base = parseS3Url(root);
  if (base.bucket === bucket && prefix.startsWith(base.prefix)) return prefix.slice(base.prefix.length);
  throw new HairlineError(
    "PATH_OUTSIDE_ROOT",
    `${formatS3Url({ bucket, prefix })} is not below the root ${root}.`,
    {
      field: "--root",
      remedy: "Pass the prefix itself or one above it as --root.",
    },
  );
}

function nothingThere(url: string): HairlineError {
  return new HairlineError("ARCHIVE_NOT_FOUND", `There is nothing at ${url}.`, {
    file: url,
    remedy: "Check the bucket, the prefix and HAIRLINE_S3_ENDPOINT.",
  });
}

function otherRoot(root: string): HairlineError {
  return new HairlineError("BAD_ARGUMENT", `The root of this MURA tree is ${root}.`, {
    field: "--root",
    remedy: "Leave --root out, or pass --layout folder to read it as a plain folder.",
  });
}

function ambiguous(url: string, roots: readonly string[]): HairlineError {
  const names = roots.map((root) => basename(root)).join(", ");
  return new HairlineError("ARCHIVE_LAYOUT_UNKNOWN", `${url} holds more than one MURA tree: ${names}.`, {
    file: url,
    remedy: "Import each by its own path.",
  });
}

function unknownLayout(url: string, reason: string): HairlineError {
  return new HairlineError("ARCHIVE_LAYOUT_UNKNOWN", `${url} ${reason}.`, {
    file: url,
    remedy: "Pass a MURA-v1.1 tree or CSV, a manifest with a path column, or a folder of images.",
  });
}
