import type { Fault } from "../fault.ts";
import { startRun } from "./start-run.ts";

const KILLS = 3;
/** Packets between two kills: about three shards at most. */
const LONGEST_PEACE = 40;

export const redisKillWithAof = redisKill({
  name: "redis-kill-aof",
  title: "Redis, `kill -9`, append-only file",
  appendOnly: true,
});

export const redisKillWithNothing = redisKill({
  name: "redis-kill-empty",
  title: "Redis, `kill -9`, nothing kept",
  appendOnly: false,
});

function redisKill(named: Pick<Fault, "name" | "title"> & { readonly appendOnly: boolean }): Fault {
  return {
    ...named,
    group: "servers",
    queue: "redis",
    async play(stage) {
      const { workers } = await startRun(stage, [{ delayMs: 10 }]);
      for (let kill = 0; kill < KILLS; kill += 1) {
        await workers[0]?.postgres.whenPassed(stage.random.integer(1, LONGEST_PEACE));
        await stage.redis.kill();
        await stage.noteBefore();
        await stage.redis.restart();
        await stage.requireUnderWay();
      }
      return `killed and started again ${KILLS} times at random points`;
    },
  };
}
