import { join, resolve } from "node:path";

/** Folder of the cache: in the home for "on", else the folder named. */
export function decodedCacheRoot(setting: string, home: string): string {
  return setting === "on" ? join(home, "cache", "decoded") : resolve(setting);
}
