import type { Database } from "@hairline/core/db";
import type { ObjectStore } from "@hairline/core/storage";
import type { QueueConnection } from "@hairline/core/queue";
import type { CliConfig } from "./config.ts";
import type { Output } from "./output.ts";

/** The services one command runs on; opened on first use, closed by main. */
export interface Stack {
  readonly database: Database;
  readonly queue: QueueConnection;
  /** Model files and other artefacts. */
  readonly objects: ObjectStore;
}

export interface CliContext {
  readonly config: CliConfig;
  readonly output: Output;
  /** Aborts on Ctrl-C and SIGTERM; a second Ctrl-C ends the process at once. */
  readonly signal: AbortSignal;
  /** Embedded or given PostgreSQL, migrated. The same stack on every call. */
  openStack(): Promise<Stack>;
}
