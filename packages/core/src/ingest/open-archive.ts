import { realpath, stat } from "node:fs/promises";
import { dirname, posix, resolve } from "node:path";
import { HairlineError } from "../errors.ts";
import { isS3Url } from "../storage/index.ts";
import { isImageFileName, isManifestHeader, isMuraRow, type ColumnMapping } from "../study/index.ts";
import type { ArchiveLayout, ArchiveSource } from "./archive-source.ts";
import { localCsv, type CsvFile } from "./csv-file.ts";
import { folderSource } from "./folder-source.ts";
import { manifestSource } from "./manifest-source.ts";
import { muraCsvSource, type MuraFolders } from "./mura-csv.ts";
import { localMuraFolders } from "./mura-folders.ts";
import { findMuraTree, muraTreeSource } from "./mura-tree.ts";
import { openStoreFolder, storeCsv, storeMuraFolders, storeRoot } from "./open-store-archive.ts";
import { readCsvHead, type CsvHead } from "./read-csv.ts";

export interface ArchiveLocation {
  /** A folder or a CSV, on this computer or as s3://bucket/prefix. */
  readonly path: string;
  /** Folder that object keys are relative to, when it is not where the archive itself says. */
  readonly root?: string | undefined;
  /** The layout, when it is not to be recognised. */
  readonly layout?: ArchiveLayout | undefined;
  /** Columns of a manifest by other names. */
  readonly columns?: ColumnMapping | undefined;
}

/**
 * The archive at a path, its layout recognised and its root found; no image is looked at yet.
 * @throws HairlineError ARCHIVE_NOT_FOUND, ARCHIVE_LAYOUT_UNKNOWN, ROW_INVALID for a CSV that cannot begin,
 *   BAD_ARGUMENT for a column mapping or root that does not fit
 */
export async function openArchive(location: ArchiveLocation): Promise<ArchiveSource> {
  if (isS3Url(location.path)) return openInStore(location);
  const real = await existing(location.path);
  const root = location.root === undefined ? undefined : await existingRoot(location.root);
  const entry = await stat(real);
  if (entry.isDirectory()) return openFolder(real, { location, root });
  if (entry.isFile()) return openLocalCsv(location, root);
  throw unknownLayout(location.path, "is neither a folder nor a file");
}

async function openInStore(location: ArchiveLocation): Promise<ArchiveSource> {
  const { path, layout } = location;
  const root = location.root === undefined ? undefined : storeRootOf(location.root);
  const file = await storeCsv(path);
  if (file !== undefined) {
    refuseOtherThanCsv(location);
    const folder = root ?? storeRoot(posix.dirname(path));
    return openCsv(file, { location, roots: [folder], folders: storeMuraFolders(folder) });
  }
  refuseColumns(location);
  if (layout === "manifest") throw unknownLayout(path, "is a prefix of objects, not a manifest CSV");
  return openStoreFolder(path, { layout, root });
}

async function openFolder(
  folder: string,
  { location, root }: { location: ArchiveLocation; root: string | undefined },
): Promise<ArchiveSource> {
  const { path, layout } = location;
  refuseColumns(location);
  if (root !== undefined && isS3Url(root))
    throw new HairlineError("BAD_ARGUMENT", `${path} is not below ${root}.`, {
      field: "--root",
      remedy: "Pass the folder itself or one above it as --root.",
    });
  if (layout === "manifest") throw unknownLayout(path, "is a folder, not a manifest CSV");
  if (layout === "folder") return folderSource(folder, root);
  const tree = await findMuraTree(folder);
  if (tree === undefined) {
    if (layout === "mura") throw unknownLayout(path, "holds no train or valid folder of MURA-v1.1");
    return folderSource(folder, root);
  }
  if (root !== undefined && root !== tree.root) {
    throw new HairlineError("BAD_ARGUMENT", `The root of this MURA tree is ${tree.root}.`, {
      field: "--root",
      remedy: "Leave --root out, or pass --layout folder to read it as a plain folder.",
    });
  }
  return muraTreeSource(tree);
}

async function openLocalCsv(location: ArchiveLocation, root: string | undefined): Promise<ArchiveSource> {
  refuseOtherThanCsv(location);
  // The folder the CSV is seen in, also when the file itself is a link to elsewhere.
  const path = resolve(location.path);
  const folder = root ?? (await realpath(dirname(path)));
  const file = localCsv(path);
  if (isS3Url(folder)) {
    return openCsv(file, { location, roots: [folder], folders: storeMuraFolders(folder) });
  }
  const spelledRoot = resolve(location.root ?? dirname(path));
  return openCsv(file, { location, roots: [folder, spelledRoot], folders: localMuraFolders(folder) });
}

interface CsvPlaces {
  readonly location: ArchiveLocation;
  /** Where paths are relative to, and other spellings of it. */
  readonly roots: readonly [string, ...string[]];
  readonly folders: MuraFolders;
}

async function openCsv(file: CsvFile, { location, roots, folders }: CsvPlaces): Promise<ArchiveSource> {
  const { layout, columns } = location;
  const head = await readCsvHead(file);
  if ((layout ?? detectCsvLayout(head, columns)) === "mura") {
    refuseColumns(location);
    return muraCsvSource({ file, head, folders });
  }
  const [root, spelledRoot = root] = roots;
  return manifestSource({ file, head, root, spelledRoot, mapping: columns });
}

/** A header with a path column is a manifest's, and MURA's CSVs have none; the rest is a manifest with a fault. */
function detectCsvLayout(head: CsvHead, columns: ColumnMapping | undefined): ArchiveLayout {
  if (isManifestHeader(head.first.fields, columns)) return "manifest";
  return head.sample.some(({ fields }) => isMuraRow(fields)) ? "mura" : "manifest";
}

async function existing(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (cause) {
    throw new HairlineError("ARCHIVE_NOT_FOUND", `${path} does not exist or cannot be read.`, {
      file: path,
      remedy: "Check the path and its permissions.",
      cause,
    });
  }
}

/** @returns the folder without symlinks, or s3://bucket/prefix */
async function existingRoot(path: string): Promise<string> {
  if (isS3Url(path)) return storeRoot(path);
  const real = await existing(path);
  if ((await stat(real)).isDirectory()) return real;
  throw new HairlineError("BAD_ARGUMENT", `${path} is not a folder.`, {
    field: "--root",
    remedy: "Pass the folder that the archive's paths are relative to.",
  });
}

function storeRootOf(root: string): string {
  if (isS3Url(root)) return storeRoot(root);
  throw new HairlineError("BAD_ARGUMENT", `${root} is not in the store of the archive.`, {
    field: "--root",
    remedy: "Pass the s3://bucket/prefix that the archive's paths are relative to.",
  });
}

function refuseOtherThanCsv({ path, layout }: ArchiveLocation): void {
  if (layout === "folder") throw unknownLayout(path, "is a file, not a folder");
  if (isImageFileName(path)) throw unknownLayout(path, "is a single image");
}

function refuseColumns({ columns }: ArchiveLocation): void {
  if (columns === undefined || Object.keys(columns).length === 0) return;
  throw new HairlineError("BAD_ARGUMENT", "Only a manifest has columns to map.", {
    field: "--column",
    remedy: "Leave --column out, or pass a manifest CSV.",
  });
}

function unknownLayout(path: string, reason: string): HairlineError {
  return new HairlineError("ARCHIVE_LAYOUT_UNKNOWN", `${path} ${reason}.`, {
    file: path,
    remedy: "Pass a MURA-v1.1 tree or CSV, a manifest with a path column, or a folder of images.",
  });
}
