import type { Fault } from "../fault.ts";
import { linkTo, PAIRS, SERVER_TITLES, type Pair } from "./pairs.ts";
import { startRun } from "./start-run.ts";

/** One run for each pair. */
export const slowLinks: readonly Fault[] = PAIRS.map((pair) =>
  slowLink([pair], {
    byHand: true,
    delayMs: 40,
    name: `slow-${pair.role}-${pair.server}`,
    title: `slow link, ${pair.role} – ${SERVER_TITLES[pair.server]}`,
  }),
);

/** One run for all pairs. */
export const slowLinkEverywhere = slowLink(PAIRS, {
  delayMs: 15,
  name: "slow-each",
  title: "slow link, every pair",
});

interface SlowLink extends Pick<Fault, "name" | "title" | "byHand"> {
  /** Each way, each packet. */
  readonly delayMs: number;
}

function slowLink(pairs: readonly Pair[], { delayMs, ...named }: SlowLink): Fault {
  return {
    ...named,
    group: "network",
    queue: "redis",
    async play(stage) {
      const { scheduler, workers } = await startRun(stage);
      const [worker] = workers;
      if (worker === undefined) throw new Error("no worker was started");
      for (const { role, server } of pairs) {
        linkTo(role === "worker" ? worker : scheduler, server).slow(delayMs);
      }
      await stage.noteBefore();
      return `${delayMs} ms more for each packet, each way`;
    },
  };
}
