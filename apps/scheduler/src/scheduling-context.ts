import type { Database } from "@hairline/core/db";
import type { Queues } from "@hairline/core/queue";
import type { Logger } from "./log.ts";

/** What every step of the scheduler works with. */
export interface SchedulingContext {
  readonly database: Database;
  readonly queues: Queues;
  readonly log: Logger;
}
