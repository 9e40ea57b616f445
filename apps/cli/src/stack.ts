import { mkdir } from "node:fs/promises";
import { migrate, openDatabase, startEmbeddedPostgres, type Database } from "@hairline/core/db";
import { openObjectStore } from "@hairline/core/storage";
import { authorOf } from "./author.ts";
import type { CliConfig } from "./config.ts";
import type { Stack } from "./context.ts";

export interface OpenedStack extends Stack {
  close(): Promise<void>;
}

/** Opens the servers the configuration names, or the embedded ones, and brings the schema up to date. */
export async function openStack(config: CliConfig): Promise<OpenedStack> {
  await mkdir(config.home, { recursive: true, mode: 0o700 });
  const embedded =
    config.databaseUrl === undefined ? await startEmbeddedPostgres({ home: config.home }) : undefined;
  const url = config.databaseUrl ?? embedded?.url ?? "";
  let database: Database | undefined;
  try {
    // What this command changes is put down to who runs it.
    database = await openDatabase(url, {
      settings: { "hairline.actor": `cli:${authorOf({}) ?? "unknown"}` },
    });
    await migrate(database);
  } catch (error) {
    await database?.close();
    await embedded?.stop();
    throw error;
  }
  const opened = database;
  return {
    database: opened,
    queue:
      config.redisUrl === undefined ? { kind: "postgres", url } : { kind: "redis", url: config.redisUrl },
    objects: openObjectStore(config.objects),
    async close() {
      await opened.close();
      await embedded?.stop();
    },
  };
}
