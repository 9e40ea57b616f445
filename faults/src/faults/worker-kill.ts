import type { Fault } from "../fault.ts";
import type { Stage } from "../stage/stage.ts";

const KILLS = 20;
const WORKERS_AT_ONCE = 3;
/** Packets of about two shards. */
const LONGEST_LIFE = { postgres: 24, redis: 10 };

interface Death {
  readonly link: "postgres" | "redis";
  readonly packets: number;
}

export const workerKill: Fault = {
  name: "worker-kill",
  title: "worker, `kill -9`",
  group: "processes",
  queue: "redis",
  async play(stage) {
    await stage.openRun();
    await stage.start("scheduler");
    const deaths = drawDeaths(stage);
    const lane = async (): Promise<void> => {
      for (let death = deaths.pop(); death !== undefined; death = deaths.pop())
        await liveAndDie(stage, death);
    };
    await Promise.all(Array.from({ length: WORKERS_AT_ONCE }, lane));
    await stage.requireUnderWay();
    await stage.start("worker-gpu");
    return `${KILLS} workers killed at random points of one run, ${WORKERS_AT_ONCE} at work at a time`;
  },
};

function drawDeaths({ random }: Stage): Death[] {
  return Array.from({ length: KILLS }, () => {
    const link = random.integer(0, 2) === 0 ? "redis" : "postgres";
    return { link, packets: random.integer(1, LONGEST_LIFE[link]) };
  });
}

async function liveAndDie(stage: Stage, { link, packets }: Death): Promise<void> {
  const worker = await stage.start("worker-gpu", { delayMs: 5 });
  await worker[link]?.whenPassed(packets);
  await stage.kill(worker);
  await stage.noteBefore();
}
