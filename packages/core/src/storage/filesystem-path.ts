import { realpath } from "node:fs/promises";
import { isAbsolute, join, relative, sep } from "node:path";

import { outsideRoot } from "./object-key.ts";

export function pathOf(root: string, parts: readonly string[]): string {
  return join(root, ...parts);
}

/**
 * The real path of a file below the root, with links resolved; undefined when there is none.
 *
 * @throws HairlineError PATH_OUTSIDE_ROOT when a link on the way leads out
 */
export async function realPathBelow(
  root: string,
  parts: readonly string[],
  key: string,
): Promise<string | undefined> {
  const realRoot = await realPath(root);
  const real = await realPath(pathOf(root, parts));
  if (realRoot === undefined || real === undefined) return undefined;
  if (!isBelow(real, realRoot)) throw outsideRoot(key);
  return real;
}

async function realPath(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch (error) {
    // A name that is too long for the file system is that of no file.
    if (["ENOENT", "ENOTDIR", "ENAMETOOLONG"].includes((error as NodeJS.ErrnoException).code ?? ""))
      return undefined;
    throw error;
  }
}

function isBelow(path: string, root: string): boolean {
  const way = relative(root, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
