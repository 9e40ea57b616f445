import { isAbsolute, relative, sep } from "node:path";

/** Whether a path is the root or lies below it; both absolute and without symlinks. */
export function isBelowRoot(path: string, root: string): boolean {
  const way = relative(root, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
