import { median, medianRatio, type BenchmarkResult, type Figure } from "../benchmark.ts";
import type { PeerRates } from "../peers/peer.ts";
import type { Limits } from "./limits.ts";
import type { ScoredRound } from "./scoring-stack.ts";

const TARGET_RATIO = 0.95;
const TARGET_BLOCK_MS = 50;

/** One pass over the images, beside what was possible at that time. */
export interface Round extends ScoredRound, Limits {
  /** images per second */
  readonly endToEnd: number;
  readonly peer: PeerRates | null;
}

export function summarise(rounds: readonly Round[]): Pick<BenchmarkResult, "figures" | "missed"> {
  const rate = (name: string, value: (round: Round) => number): Figure => {
    return { name, value: median(rounds.map(value)), unit: "img/s" };
  };
  const toIdeal = medianRatio(
    "ideal",
    rounds.map(({ endToEnd, ideal }) => endToEnd / ideal),
  );
  const busyMs = Math.max(...rounds.map(({ eventLoop }) => eventLoop.busyMs));
  const figures = [
    rate("decode and resize only", (round) => round.decode),
    rate("forward only", (round) => round.forward),
    rate("ideal of both on these cores", (round) => round.ideal),
    { ...rate("end to end, files to rows", (round) => round.endToEnd), ratio: toIdeal },
    ...peerFigures(rounds),
    ...eventLoopFigures(rounds, busyMs),
    {
      name: "resident memory of a worker",
      value: median(rounds.map(({ workerMebibytes }) => workerMebibytes)),
      unit: "MiB",
    },
  ];
  const missed: string[] = [];
  if (toIdeal.value < TARGET_RATIO) {
    missed.push(`end to end is ${toIdeal.value.toFixed(3)} of ideal, target ${TARGET_RATIO}`);
  }
  if (busyMs > TARGET_BLOCK_MS) missed.push(`a worker held up its event loop for ${busyMs.toFixed(0)} ms`);
  return { figures, missed };
}

/** A late timer can also be the fault of another process that had the core, so the two are told apart. */
function eventLoopFigures(rounds: readonly Round[], busyMs: number): Figure[] {
  const reports = rounds.map(({ eventLoop }) => eventLoop);
  const worst = reports.reduce((a, b) => (b.pauseMs > a.pauseMs ? b : a));
  const figures = [
    { name: "longest event-loop block by a worker itself", value: busyMs, unit: "ms" },
    { name: "longest pause of its event loop", value: worst.pauseMs, unit: "ms" },
  ];
  if (worst.waitedMs === null) return figures;
  return [...figures, { name: "of that, waiting for a core", value: worst.waitedMs, unit: "ms" }];
}

/** The peer as it is commonly written, and the same without the gradients that a CAM does not need. */
function peerFigures(rounds: readonly Round[]): Figure[] {
  const pairs = rounds.flatMap(({ endToEnd, peer }) => (peer === null ? [] : [{ endToEnd, peer }]));
  if (pairs.length === 0) return [];
  const figure = (name: string, rateOf: (peer: PeerRates) => number): Figure => ({
    name,
    value: median(pairs.map(({ peer }) => rateOf(peer))),
    unit: "img/s",
    ratio: medianRatio(
      "of it end to end",
      pairs.map(({ endToEnd, peer }) => endToEnd / rateOf(peer)),
    ),
  });
  return [
    figure("PyTorch, Grad-CAM hooks", ({ hooks }) => hooks),
    figure("PyTorch, no gradients below layer4", ({ frozen }) => frozen),
  ];
}
