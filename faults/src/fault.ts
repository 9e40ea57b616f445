import type { QueueConnection } from "@hairline/core/queue";
import type { Stage } from "./stage/stage.ts";

/** Faults are grouped by what breaks. */
export const FAULT_GROUPS = ["processes", "servers", "network", "storage", "input"] as const;
export type FaultGroup = (typeof FAULT_GROUPS)[number];

/** One way to disturb a run. */
export interface Fault {
  /** For `--only`. */
  readonly name: string;
  /** For the table. */
  readonly title: string;
  readonly group: FaultGroup;
  readonly queue: QueueConnection["kind"];
  /** Played by the command alone: the tests play one that covers it. */
  readonly byHand?: boolean;
  /** Redis keeps its append-only file. */
  readonly appendOnly?: boolean;
  /**
   * Starts the processes, breaks things while a run is under way and mends them; the run ends by itself after it.
   * @returns what was done, for the table
   */
  play(stage: Stage): Promise<string>;
}
