import { median, medianRatio, type BenchmarkResult, type Figure } from "../benchmark.ts";
import type { PeerRates } from "../peers/peer.ts";
import { BLOCK_TARGET_MS, eventLoopFigures, longestBlockMs } from "./event-loop-figures.ts";
import type { Limits } from "./limits.ts";
import type { ScoredRound } from "./scoring-stack.ts";

const TARGET_RATIO = 0.95;

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
  const reports = rounds.map(({ eventLoop }) => eventLoop);
  const figures = [
    rate("decode and resize only", (round) => round.decode),
    rate("forward only", (round) => round.forward),
    rate("ideal of both on these cores", (round) => round.ideal),
    { ...rate("end to end, files to rows", (round) => round.endToEnd), ratio: toIdeal },
    {
      name: "processor time of the worker, an image",
      value: median(rounds.map(({ processorMsPerImage }) => processorMsPerImage)),
      unit: "ms",
    },
    ...peerFigures(rounds),
    ...eventLoopFigures(reports),
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
  const blockMs = longestBlockMs(reports);
  if (blockMs > BLOCK_TARGET_MS) missed.push(`a worker held up its event loop for ${blockMs.toFixed(0)} ms`);
  return { figures, missed };
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
