import type { Fault } from "../fault.ts";
import { linkTo, SERVER_TITLES } from "./pairs.ts";
import { startRun } from "./start-run.ts";

/** Of a worker's transaction, the statement that stores the scores: a shard's row is locked by then. */
const WITHIN_COMMIT = "insert into prediction (";

/** A minute, in service. */
const IMPATIENT = { HAIRLINE_DATABASE_ANSWER_MS: "3000" };

export const silentPostgres = silence("postgres");
export const silentRedis = silence("redis");

/** As when a cable is pulled: no connection breaks, nothing arrives, and what was sent comes late. */
function silence(server: "postgres" | "redis"): Fault {
  return {
    name: `silent-worker-${server}`,
    title: `silent link, worker – ${SERVER_TITLES[server]}`,
    group: "network",
    queue: "redis",
    async play(stage) {
      const { workers } = await startRun(stage, [{ delayMs: 5, env: IMPATIENT }, { delayMs: 5 }]);
      const [silent] = workers;
      if (silent === undefined) throw new Error("no worker was started");
      await silent.postgres.whenCarries(WITHIN_COMMIT);
      linkTo(silent, server).silence();
      await stage.noteBefore();
      await stage.whenEnded();
      const heard = linkTo(silent, server).whenPassed(1);
      linkTo(silent, server).heal();
      await heard;
      return "a worker falls silent within a commit; another ends the run; then all it had sent arrives";
    },
  };
}
