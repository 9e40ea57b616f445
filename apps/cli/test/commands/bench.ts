import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import type { Database } from "@hairline/core/db";
import { openFilesystemStore } from "@hairline/core/storage";
import { createTestDatabase, temporaryFolder } from "@hairline/core/testing";
import { Command } from "commander";
import { loadConfig } from "../../src/config.ts";
import type { CliContext } from "../../src/context.ts";
import { createOutput } from "../../src/output.ts";

/** Commands on a database and a folder of their own. */
export interface Bench extends AsyncDisposable {
  readonly database: Database;
  readonly folder: string;
  saveCsv(name: string, lines: readonly string[]): Promise<string>;
  /** Runs `hairline …` and gives what it wrote. */
  hairline(...args: string[]): Promise<{ stdout: string; stderr: string }>;
}

/** @param commands those that `hairline` has here */
export async function openBench(
  ...commands: readonly ((program: Command, context: CliContext) => void)[]
): Promise<Bench> {
  const database = await createTestDatabase();
  const folder = await temporaryFolder();
  return {
    database,
    folder: folder.path,
    async saveCsv(name, lines) {
      const path = join(folder.path, name);
      await writeFile(path, `${lines.join("\n")}\n`);
      return path;
    },
    async hairline(...args) {
      const streams = { stdout: new PassThrough(), stderr: new PassThrough() };
      const written = Promise.all([text(streams.stdout), text(streams.stderr)]);
      const program = new Command("hairline").exitOverride().configureOutput({ writeErr: () => undefined });
      const context = {
        config: loadConfig({ HAIRLINE_HOME: folder.path }),
        output: createOutput(streams, { color: false }),
        signal: new AbortController().signal,
        openStack: () =>
          Promise.resolve({
            database,
            objects: openFilesystemStore(join(folder.path, "objects")),
            queue: { kind: "postgres", url: database.url } as const,
          }),
      };
      for (const register of commands) register(program, context);
      try {
        await program.parseAsync(args, { from: "user" });
      } finally {
        streams.stdout.end();
        streams.stderr.end();
      }
      const [stdout, stderr] = await written;
      return { stdout, stderr };
    },
    async [Symbol.asyncDispose]() {
      await database.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}
