import type { Fault } from "../fault.ts";
import type { Stage } from "../stage/stage.ts";
import { linkTo, PAIRS, SERVER_TITLES, type Pair } from "./pairs.ts";
import { startRun } from "./start-run.ts";

const LONGEST_PEACE = 20;
/** Connections refused before the link is whole again: the process has tried, and tried again. */
const REFUSED = 3;

/** One run for each pair. */
export const networkCuts: readonly Fault[] = PAIRS.map((pair) => ({
  name: `cut-${pair.role}-${pair.server}`,
  title: `network cut, ${pair.role} – ${SERVER_TITLES[pair.server]}`,
  group: "network",
  queue: "redis",
  byHand: true,
  async play(stage) {
    await cutPairs(stage, [pair]);
    return `connections broken at a random point, ${REFUSED} new ones refused`;
  },
}));

/** One run for all pairs. */
export const networkCutEverywhere: Fault = {
  name: "cut-each",
  title: "network cut, each pair in turn",
  group: "network",
  queue: "redis",
  async play(stage) {
    await cutPairs(stage, PAIRS);
    return `connections broken at random points, ${REFUSED} new ones refused each time`;
  },
};

async function cutPairs(stage: Stage, pairs: readonly Pair[]): Promise<void> {
  const { scheduler, workers } = await startRun(stage, [{ delayMs: 20 }]);
  const [worker] = workers;
  if (worker === undefined) throw new Error("no worker was started");
  for (const { role, server } of pairs) {
    const link = linkTo(role === "worker" ? worker : scheduler, server);
    await link.whenPassed(stage.random.integer(1, LONGEST_PEACE));
    const refused = link.whenRefused(REFUSED);
    link.cut();
    await stage.noteBefore();
    await refused;
    link.heal();
    await stage.requireUnderWay();
  }
}
