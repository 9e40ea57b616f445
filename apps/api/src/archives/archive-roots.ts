import { realpath } from "node:fs/promises";
import { isAbsolute, relative, sep } from "node:path";
import { HairlineError } from "@hairline/core/errors";

/** Where archives may be imported from. */
export interface ArchiveRoots {
  /**
   * The path as it may be imported: without links, below a configured root; or a prefix of a configured store.
   *
   * @throws HairlineError ARCHIVE_NOT_ALLOWED, also for a path that does not exist, so that nothing can be found out
   *   about other folders
   */
  permit(path: string): Promise<string>;
}

/** @param roots folders and s3://bucket/prefix URLs; none permits nothing */
export function createArchiveRoots(roots: readonly string[]): ArchiveRoots {
  const stores = roots.filter(isStore).map((root) => `${root.replace(/\/+$/, "")}/`);
  const folders = roots.filter((root) => !isStore(root));
  return {
    permit: (path) => (isStore(path) ? permitStore(path, stores) : permitFolder(path, folders)),
  };
}

function isStore(path: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(path);
}

async function permitStore(path: string, stores: readonly string[]): Promise<string> {
  const parts = path.slice(path.indexOf("://") + 3).split("/");
  const plain =
    path.startsWith("s3://") && !/[?#%\\]/.test(path) && !parts.some((part) => /^\.{1,2}$/.test(part));
  if (plain && stores.some((store) => `${path}/`.startsWith(store))) return path;
  throw notAllowed();
}

async function permitFolder(path: string, folders: readonly string[]): Promise<string> {
  if (!isAbsolute(path) || path.includes("\0")) throw notAllowed();
  const real = await realpath(path).catch(() => undefined);
  if (real === undefined) throw notAllowed();
  for (const folder of folders) {
    // Looked up each time: a share may be mounted after the start.
    const root = await realpath(folder).catch(() => undefined);
    if (root !== undefined && isBelow(real, root)) return real;
  }
  throw notAllowed();
}

function isBelow(path: string, root: string): boolean {
  const way = relative(root, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function notAllowed(): HairlineError {
  return new HairlineError(
    "ARCHIVE_NOT_ALLOWED",
    "The path is below none of the roots that may be imported from.",
    {
      field: "path",
      remedy: "Give an absolute path below a folder or store of HAIRLINE_ARCHIVE_ROOTS.",
    },
  );
}
