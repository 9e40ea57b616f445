import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { isProcessAlive } from "../db/embedded/process-alive.ts";
import { removeEmbeddedPostgres } from "../db/embedded/start.ts";
import { announceTestHome } from "./config.ts";
import { endLeftoverRedis } from "./redis.ts";
import { endLeftoverS3 } from "./s3.ts";

const PREFIX = "hairline-test-";

/**
 * One folder for the servers of a vitest run. A server starts when the first test asks for it; afterwards it
 * is stopped and removed, also when tests fail, and leftovers of killed runs are swept.
 */
export default async function setUp(): Promise<() => Promise<void>> {
  await sweep();
  const home = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
  announceTestHome(home);
  return () => removeHome(home);
}

async function removeHome(home: string): Promise<void> {
  await endLeftoverRedis(home);
  await endLeftoverS3(home);
  if (existsSync(join(home, "postgres"))) await removeEmbeddedPostgres({ home });
  await rm(home, { recursive: true, force: true });
}

async function sweep(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = Number(new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1] ?? Number.NaN);
    // A folder another run is sweeping, or of another user, is theirs.
    if (pid > 0 && !(await isProcessAlive(pid)))
      await removeHome(join(tmpdir(), name)).catch(() => undefined);
  }
}
