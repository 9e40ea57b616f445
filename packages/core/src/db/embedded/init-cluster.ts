import { existsSync } from "node:fs";
import { chmod, chown, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { Binaries } from "./binaries.ts";
import { checkRecordedData, recordData } from "./control-files.ts";
import { embeddedFailure, outputFailure } from "./failure.ts";
import { draftOf, makeServerFolder, type ServerHome } from "./home.ts";
import { runProgram } from "./run-program.ts";
import type { ServerUser } from "./server-user.ts";

export const SUPERUSER = "hairline";

const INITDB_OPTIONS = [
  `--username=${SUPERUSER}`,
  "--auth=scram-sha-256",
  "--encoding=UTF8",
  "--locale=C",
  "--no-instructions",
];

export interface ClusterOptions {
  readonly binaries: Binaries;
  readonly home: ServerHome;
  readonly user: ServerUser;
  readonly password: string;
  /** Skips every wait for the disk: for tests, whose data may be lost. */
  readonly fast: boolean;
}

/**
 * Makes the cluster unless it is there: UTF8, C collation (order by bytes on every machine), scram passwords
 * for every connection. It is built beside its place and renamed, so an initdb cut short leaves nothing.
 */
export async function ensureCluster(options: ClusterOptions): Promise<void> {
  const { data } = options.home;
  await checkRecordedData(options.home);
  if (!existsSync(data)) await makeCluster(options);
  await checkVersion(data, options.binaries.version);
  await recordData(options.home);
}

async function makeCluster(options: ClusterOptions): Promise<void> {
  const draft = draftOf(options.home);
  await rm(draft, { recursive: true, force: true });
  await makeServerFolder(draft, options.user);
  try {
    await runInitdb(draft, options);
    await rename(draft, options.home.data);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function runInitdb(
  folder: string,
  { binaries, home, user, password, fast }: ClusterOptions,
): Promise<void> {
  const passwordFile = `${folder}.password`;
  await rm(passwordFile, { force: true });
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600, flag: "wx" });
  try {
    if (user.uid !== undefined) await chown(passwordFile, user.uid, user.gid);
    await chmod(passwordFile, 0o400);
    const result = await runProgram(
      binaries.initdb,
      [...INITDB_OPTIONS, ...(fast ? ["--no-sync"] : []), `--pwfile=${passwordFile}`, "-D", folder],
      { ...user, cwd: folder },
    );
    if (result.status !== 0) throw outputFailure(`initdb failed in ${home.data}`, result.output);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

async function checkVersion(data: string, version: string): Promise<void> {
  const found = (await readFile(join(data, "PG_VERSION"), "utf8").catch(() => "")).trim();
  const major = version.split(".")[0];
  if (found === major) return;
  const what = found === "" ? "is not a PostgreSQL data folder" : `was written by PostgreSQL ${found}`;
  throw embeddedFailure(`${data} ${what}; this release brings PostgreSQL ${major}`, {
    file: data,
    remedy: "Run the release that wrote it and dump its data, or move the folder away to start empty.",
  });
}
