import { existsSync } from "node:fs";
import { rename } from "node:fs/promises";
import { dirname, join } from "node:path";

import { recordedData } from "./control-files.ts";
import type { ServerHome } from "./home.ts";

/**
 * Moves aside a cluster that lies outside the home folder and was left behind when the folder at this path was removed,
 * as by deleting a clone and cloning again: its password is gone for good, and it is not this home's. Nothing is deleted.
 *
 * @param stop ends the cluster's server, which may still run
 */
export async function setAsideOrphan(home: ServerHome, stop: () => Promise<void>): Promise<void> {
  const { control, data } = home;
  if (dirname(data) === control || !existsSync(data)) return;
  // A home that made the cluster would have recorded it, after its password.
  if (existsSync(join(control, "password")) || (await recordedData(control)) !== undefined) return;
  await stop();
  await rename(data, `${data}.orphan-${new Date().toISOString().replaceAll(/[:.]/g, "-")}`);
}
