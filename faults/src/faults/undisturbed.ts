import type { Fault } from "../fault.ts";
import { startRun } from "./start-run.ts";

/** What every other run is held against. */
export const undisturbed: Fault = {
  name: "none",
  title: "none",
  group: "input",
  queue: "redis",
  async play(stage) {
    await startRun(stage);
    return "nothing";
  },
};
