import { lstat, opendir } from "node:fs/promises";
import { basename, join } from "node:path";
import { HairlineError } from "@hairline/core/errors";

/** A file of this computer that is to be uploaded. */
export interface LocalFile {
  readonly path: string;
  /** What the server is told it is called: the name alone, without folders. */
  readonly name: string;
  readonly byteSize: number;
}

export interface CollectedFiles {
  /** By path within each folder. */
  readonly files: readonly LocalFile[];
  /** Hidden files and links met in folders, which are left out. */
  readonly leftOut: number;
}

/**
 * The files that paths name: themselves, or all below a folder.
 *
 * @throws HairlineError ARCHIVE_NOT_FOUND; BAD_ARGUMENT when there is no file
 */
export async function collectFiles(paths: readonly string[]): Promise<CollectedFiles> {
  const files: LocalFile[] = [];
  let leftOut = 0;
  for (const path of paths) {
    const stat = await lstat(path).catch((cause: unknown) => {
      throw new HairlineError("ARCHIVE_NOT_FOUND", `${path} cannot be read.`, { file: path, cause });
    });
    if (!stat.isDirectory()) files.push({ path, name: basename(path), byteSize: stat.size });
    else leftOut += await collectFolder(path, files);
  }
  if (files.length > 0) return { files, leftOut };
  throw new HairlineError("BAD_ARGUMENT", "There is no file to upload.", { field: "paths" });
}

/** @returns how many were left out */
async function collectFolder(folder: string, files: LocalFile[]): Promise<number> {
  let leftOut = 0;
  const found: string[] = [];
  for await (const entry of await opendir(folder, { recursive: true })) {
    if (entry.isDirectory()) continue;
    const isHidden = join(entry.parentPath, entry.name)
      .slice(folder.length)
      .split(/[/\\]/)
      .some(startsWithDot);
    if (entry.isFile() && !isHidden) found.push(join(entry.parentPath, entry.name));
    else leftOut += 1;
  }
  for (const path of found.sort()) {
    const { size } = await lstat(path);
    files.push({ path, name: basename(path), byteSize: size });
  }
  return leftOut;
}

function startsWithDot(part: string): boolean {
  return part.startsWith(".");
}
