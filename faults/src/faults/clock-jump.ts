import type { Fault } from "../fault.ts";
import type { LinkedRole, Stage } from "../stage/stage.ts";

const DAY_MS = 86_400_000;
const LONGEST_PEACE = 40;

export const clockJump: Fault = {
  name: "clock-jump",
  title: "clocks a day off that jump by two days",
  group: "processes",
  queue: "redis",
  async play(stage) {
    await stage.openRun();
    const [scheduler, ahead, behind] = await Promise.all([
      stage.start("scheduler", shifted(DAY_MS)),
      stage.start("worker-gpu", shifted(DAY_MS)),
      stage.start("worker-gpu", shifted(-DAY_MS)),
    ]);
    for (const role of [ahead, scheduler, behind]) await jump(stage, role);
    await stage.requireUnderWay();
    return "scheduler and one worker a day ahead, another worker a day behind; each jumped to the other side during the run";
  },
};

function shifted(shiftMs: number) {
  const preload = new URL("../shift-clock.mjs", import.meta.url).href;
  return { preload, delayMs: 10, env: { HAIRLINE_FAULT_CLOCK_MS: String(shiftMs) } };
}

async function jump(stage: Stage, { process, postgres }: LinkedRole): Promise<void> {
  await postgres.whenPassed(stage.random.integer(1, LONGEST_PEACE));
  process.signal("SIGUSR2");
  await stage.noteBefore();
}
