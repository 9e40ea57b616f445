import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";

import { removeEmbeddedPostgres } from "@hairline/core/db";
import { temporaryFolder, type TemporaryFolder } from "@hairline/core/testing";
import pg from "pg";

/** A home folder whose server is stopped and removed at the end; open to all users or to its owner only. */
export async function temporaryHome(name = "home", mode = 0o700): Promise<TemporaryFolder> {
  const folder = await temporaryFolder();
  await chmod(folder.path, mode);
  const path = join(folder.path, name);
  await mkdir(path);
  await chmod(path, mode);
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      await removeEmbeddedPostgres({ home: path });
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** Runs one statement on a connection of its own. */
export async function query<Row extends pg.QueryResultRow>(url: string, text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}
