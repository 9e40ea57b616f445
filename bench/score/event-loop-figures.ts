import type { Figure } from "../benchmark.ts";
import type { EventLoopReport } from "./scoring-stack.ts";

export const BLOCK_TARGET_MS = 50;

/** What the code of a worker held up its event loop for at most. */
export function longestBlockMs(reports: readonly EventLoopReport[]): number {
  return Math.max(...reports.map(({ busyMs }) => busyMs));
}

/** A late timer can also be the fault of another process that had the core, so the two are told apart. */
export function eventLoopFigures(reports: readonly EventLoopReport[]): Figure[] {
  const { pauseMs, ranMs, waitedMs } = reports.reduce((a, b) => (b.pauseMs > a.pauseMs ? b : a));
  const figures = [
    { name: "longest event-loop block by a worker itself", value: longestBlockMs(reports), unit: "ms" },
    { name: "longest pause of its event loop", value: pauseMs, unit: "ms" },
  ];
  if (ranMs === null || waitedMs === null) return figures;
  return [
    ...figures,
    { name: "of that, running", value: ranMs, unit: "ms" },
    { name: "of that, waiting for a core", value: waitedMs, unit: "ms" },
  ];
}
