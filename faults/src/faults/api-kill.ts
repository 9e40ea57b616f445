import type { Fault } from "../fault.ts";
import { ApiClient, type ApiAnswer } from "../stage/api-client.ts";
import type { Stage } from "../stage/stage.ts";

const KILLS = 5;
/** Packets of a request that opens a run and queues its planning. */
const LONGEST_LIFE = 12;

export const apiKill: Fault = {
  name: "api-kill",
  title: "API, `kill -9`",
  group: "processes",
  queue: "redis",
  async play(stage) {
    const lives = Array.from({ length: KILLS }, () => stage.random.integer(1, LONGEST_LIFE));
    for (const [attempt, packets] of lives.entries()) await askAndKill(stage, attempt, packets);
    const api = await stage.start("api");
    // A key whose request died with its process is locked for a minute: a client does not wait, it asks anew.
    const answer = await new ApiClient(await api.process.whenReady()).createRun("last");
    if (answer.runId === undefined) throw new Error(`answered with ${answer.status} ${answer.code}`);
    stage.adoptRun(answer.runId);
    await stage.noteBefore();
    const [, worker] = await Promise.all([
      stage.start("scheduler"),
      stage.start("worker-gpu", { delayMs: 10 }),
    ]);
    await worker.postgres.whenPassed(1);
    await stage.kill(api);
    await stage.requireUnderWay();
    await requireOneRun(stage);
    return `killed ${KILLS} times at random points of the request that opens the run, and once during the run`;
  },
};

/** The request may be answered before the kill, broken by it, or leave a run that nobody heard of. */
async function askAndKill(stage: Stage, attempt: number, packets: number): Promise<void> {
  const api = await stage.start("api");
  const client = new ApiClient(await api.process.whenReady());
  const killed = api.postgres.whenPassed(packets).then(() => undefined);
  const asked = client.createRun(`request-${attempt}`).catch((): ApiAnswer | undefined => undefined);
  const answer = await Promise.race([asked, killed]);
  if (answer !== undefined && answer.status !== 202)
    throw new Error(`answered with ${answer.status} ${answer.code}`);
  await stage.kill(api);
}

/** However often it was asked for. */
async function requireOneRun({ database }: Stage): Promise<void> {
  const { rows } = await database.pool.query<{ runs: number }>("select count(*)::int as runs from run");
  if (rows[0]?.runs !== 1) throw new Error(`there are ${rows[0]?.runs} runs instead of one`);
}
