import type { Fault } from "../fault.ts";

/** Packets of a scheduler's loops: about a second. */
const LONGEST_LIFE = 40;

export const twoSchedulers: Fault = {
  name: "two-schedulers",
  title: "two schedulers at once, one `kill -9`",
  group: "processes",
  queue: "redis",
  async play(stage) {
    await stage.openRun();
    // Started together, so that both plan the same run.
    const [first] = await Promise.all([
      stage.start("scheduler"),
      stage.start("scheduler"),
      stage.start("worker-gpu", { delayMs: 10 }),
    ]);
    await first.postgres.whenPassed(stage.random.integer(1, LONGEST_LIFE));
    await stage.kill(first);
    await stage.noteBefore();
    await stage.requireUnderWay();
    return "both planned and queued the same run; one was killed";
  },
};
