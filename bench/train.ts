import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { reproducibleWeights } from "@hairline/model/testing";
import { openCpuTrainer, type Trainer, type TrainingBatch } from "@hairline/model/train";
import { median, medianRatio, type Benchmark, type Figure } from "./benchmark.ts";
import { findPeerPython } from "./peers/peer.ts";
import { batchOf, nameOf, settingsOf, TRAIN_CASES, type TrainCase } from "./train/cases.ts";
import { secondsOfHead } from "./train/head.ts";
import { TorchPeer } from "./train/torch-peer.ts";

const HEAD_TARGET_SECONDS = 10;

interface Measured {
  readonly ours: number[];
  readonly theirs: number[];
}

/** Training steps of ResNet-18 on the CPU; with --peer beside PyTorch's on the same cores, in turns. */
export const trainBenchmark: Benchmark = {
  name: "train",
  summary: "images/s of training steps, and with --peer against PyTorch on the same cores",
  async run(context) {
    const { values } = parseArgs({
      args: [...context.args],
      options: {
        peer: { type: "boolean", default: false },
        rounds: { type: "string", default: "5" },
        seconds: { type: "string", default: "5" },
      },
    });
    const cores = availableParallelism();
    const setting = {
      cores,
      rounds: Number(values.rounds),
      seconds: Number(values.seconds),
      peer: values.peer,
    };
    using peer = values.peer ? await TorchPeer.start(await findPeerPython(), cores) : undefined;
    const figures: Figure[] = [];
    const missed: string[] = [];
    for (const trainCase of TRAIN_CASES) {
      const measured = await measureCase(trainCase, { ...setting, peer });
      const { ours, theirs } = measured;
      context.note(`${nameOf(trainCase)}: ${median(ours).toFixed(1)} img/s`);
      const ratios = ours.flatMap((rate, round) =>
        theirs[round] === undefined ? [] : [rate / theirs[round]],
      );
      const ratio = ratios.length === 0 ? {} : { ratio: medianRatio("PyTorch", ratios) };
      figures.push({ name: nameOf(trainCase), value: median(ours), unit: "img/s", ...ratio });
      if (ratios.length > 0 && trainCase.target !== null && median(ratios) < trainCase.target)
        missed.push(
          `${nameOf(trainCase)} is ${median(ratios).toFixed(2)} of PyTorch, target ${trainCase.target}`,
        );
    }
    const head = await secondsOfHead();
    figures.push({ name: "head alone, 40,000 embeddings of 512", value: head, unit: "s" });
    if (head > HEAD_TARGET_SECONDS)
      missed.push(`the head took ${head.toFixed(1)} s, target ${HEAD_TARGET_SECONDS}`);
    return { benchmark: "train", setting, figures, missed };
  },
};

interface CaseOptions {
  readonly cores: number;
  readonly rounds: number;
  readonly seconds: number;
  readonly peer: TorchPeer | undefined;
}

/** Ours and theirs take turns, so that a change of the machine's other work meets both. */
async function measureCase(trainCase: TrainCase, options: CaseOptions): Promise<Measured> {
  const measured: Measured = { ours: [], theirs: [] };
  const settings = settingsOf(trainCase);
  await using trainer = await openCpuTrainer(reproducibleWeights("resnet18"), settings, {
    threads: options.cores,
  });
  const batch = batchOf(trainCase);
  await trainer.step(batch, 3e-5);
  await trainer.step(batch, 3e-5);
  for (let round = 0; round < options.rounds; round += 1) {
    measured.ours.push(await rateOf(trainer, batch, options.seconds));
    if (options.peer !== undefined) measured.theirs.push(await options.peer.rate(trainCase, options.seconds));
  }
  return measured;
}

async function rateOf(trainer: Trainer, batch: TrainingBatch, seconds: number): Promise<number> {
  const startedMs = performance.now();
  let images = 0;
  let passed = 0;
  while (passed < seconds) {
    await trainer.step(batch, 3e-5);
    images += batch.count;
    passed = (performance.now() - startedMs) / 1000;
  }
  return images / passed;
}
