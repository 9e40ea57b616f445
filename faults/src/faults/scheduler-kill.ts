import type { Fault } from "../fault.ts";

const KILLS = 4;
/** From the start of a scheduler to the moment it has planned and queued a run, and a little longer. */
const LONGEST_LIFE = 60;

export const schedulerKill: Fault = {
  name: "scheduler-kill",
  title: "scheduler, `kill -9`",
  group: "processes",
  queue: "redis",
  async play(stage) {
    await stage.openRun();
    const lives = Array.from({ length: KILLS }, () => stage.random.integer(5, LONGEST_LIFE));
    for (const life of lives) {
      const scheduler = await stage.launch("scheduler");
      await scheduler.postgres.whenPassed(life);
      await stage.kill(scheduler);
      await stage.noteBefore();
    }
    const [scheduler, worker] = await Promise.all([
      stage.start("scheduler"),
      stage.start("worker-gpu", { delayMs: 10 }),
    ]);
    await worker.postgres.whenPassed(stage.random.integer(1, LONGEST_LIFE));
    await stage.kill(scheduler);
    await stage.requireUnderWay();
    await stage.start("scheduler");
    return `killed ${KILLS} times on the way from its start to the planned run, and once while it was scored`;
  },
};
