import { realpath, stat } from "node:fs/promises";
import { pathOutsideRoot } from "../study/index.ts";
import { isBelowRoot } from "./below-root.ts";

/**
 * The folder without symlinks; undefined when there is none.
 * @throws HairlineError PATH_OUTSIDE_ROOT when it does not lie below the root
 */
export async function realFolderBelow(path: string, root: string): Promise<string | undefined> {
  let real: string;
  try {
    real = await realpath(path);
    if (!(await stat(real)).isDirectory()) return undefined;
  } catch {
    return undefined;
  }
  if (!isBelowRoot(real, root)) throw pathOutsideRoot(path);
  return real;
}
