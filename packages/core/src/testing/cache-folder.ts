import { access, constants, mkdir } from "node:fs/promises";
import { homedir, tmpdir, userInfo } from "node:os";
import { join } from "node:path";

import { cacheHome } from "./config.ts";

/**
 * A folder of this user's that outlives test runs: below XDG_CACHE_HOME or ~/.cache, and for accounts
 * without a home below the temporary folder.
 */
export async function cacheFolder(): Promise<string> {
  for (const parent of [
    cacheHome() ?? join(homedir(), ".cache"),
    join(tmpdir(), `hairline-cache-${userInfo().uid}`),
  ]) {
    const folder = join(parent, "hairline");
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await access(folder, constants.W_OK);
      return folder;
    } catch (error) {
      if (!["EACCES", "EPERM", "EROFS", "ENOENT"].includes((error as NodeJS.ErrnoException).code ?? ""))
        throw error;
    }
  }
  throw new Error("neither the cache folder nor the temporary folder can be written");
}
