import type { Fault } from "../fault.ts";
import type { OwnPostgres } from "../site/own-postgres.ts";
import { startRun } from "./start-run.ts";

const TIMES = 2;
const LONGEST_PEACE = 40;

export const postgresKill = postgresDown({
  name: "postgres-kill",
  title: "PostgreSQL, `kill -9`",
  queue: "redis",
  end: (server) => server.kill(),
});

export const postgresKillWithQueue = postgresDown({
  name: "postgres-kill-queue",
  title: "PostgreSQL with the queue on it, `kill -9`",
  queue: "postgres",
  end: (server) => server.kill(),
});

export const postgresRestart = postgresDown({
  name: "postgres-restart",
  title: "PostgreSQL, restart",
  queue: "redis",
  end: (server) => server.stop(),
});

interface PostgresDown extends Pick<Fault, "name" | "title" | "queue"> {
  readonly end: (server: OwnPostgres) => Promise<void>;
}

function postgresDown({ end, ...named }: PostgresDown): Fault {
  return {
    ...named,
    group: "servers",
    async play(stage) {
      const { workers } = await startRun(stage, [{ delayMs: 10 }, { delayMs: 10 }]);
      for (let time = 0; time < TIMES; time += 1) {
        await workers[time]?.postgres.whenPassed(stage.random.integer(10, LONGEST_PEACE));
        await stage.noteBefore();
        await end(stage.site.postgres);
        await stage.site.postgres.startAgain();
        await stage.requireUnderWay();
        await stage.whenDone((await stage.progress()).shardsDone + 1);
      }
      return `ended and started again ${TIMES} times at random points, under the commits of two workers`;
    },
  };
}
