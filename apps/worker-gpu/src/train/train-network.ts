import { HairlineError } from "@hairline/core/errors";
import { delongAuc } from "@hairline/core/statistics";
import {
  ForwardPool,
  parameterLayout,
  positiveWeightOf,
  runTraining,
  unflattenWeights,
  weightedLoss,
  type EpochReport,
  type StepReport,
  type Trainer,
  type TrainingStage,
} from "@hairline/model/train";
import type { StateDict } from "@hairline/model/weights";
import { forwardLogits } from "./forward-images.ts";
import { CheckpointSaver } from "./save-checkpoints.ts";
import { openInputs, type TrainingInputs } from "./training-inputs.ts";
import type { TrainedNetwork, TrainingRun } from "./training-run.ts";

/** Trains the whole network, or layer4 and the linear unit, from where the last checkpoint stands. */
export async function trainNetwork(run: TrainingRun, stage: TrainingStage): Promise<TrainedNetwork> {
  const { training, recipe, preprocessing, start, threads } = run;
  const chosen = training.startKind === "scratch" ? "batch" : "frozen";
  const batchNorm = recipe.batchNorm === "auto" ? chosen : recipe.batchNorm;
  const checkpoints = new CheckpointSaver(run);
  const from = await checkpoints.restore();
  await using inputs = await openInputs(run);
  await using trainer = await run.openTrainer(start, {
    architecture: training.architecture,
    stage,
    preprocessing,
    batchSize: recipe.batchSize,
    batchNorm,
    optimizer: { weightDecay: recipe.weightDecay },
    clipNorm: recipe.clipNorm,
    averageDecay: recipe.averageDecay,
  });
  const judge = new Judge(run, stage, inputs);
  const reporter = new Reporter(run, judge);
  const outcome = await runTraining({
    trainer,
    recipe,
    set: {
      count: run.trained.images.length,
      labels: run.trained.labels,
      groups: run.trained.images.map(({ bodyPart }) => bodyPart),
      load: (indices, epoch) => inputs.trained.load(indices, epoch),
    },
    wholeBatches: batchNorm === "batch",
    validate: (weights) => reporter.validate(weights),
    from,
    onStep: (step) => reporter.afterStep(step),
    onEpoch: (epoch) => reporter.afterEpoch(epoch),
    checkpointDue: () => checkpoints.isDue(),
    save: (checkpoint) => checkpoints.save(checkpoint),
    signal: run.signal,
  });
  const weights = judge.whole(outcome.bestWeights);
  const engine = `${describeTrainer(trainer)}, ${threads} threads`;
  return { ...outcome, weights, logits: await judge.logits(weights), batchNorm, engine };
}

function describeTrainer({ name, device }: Trainer): string {
  return `${name} on ${device}`;
}

/** Judges weights by the images held out. */
class Judge {
  readonly #run: TrainingRun;
  readonly #stage: TrainingStage;
  readonly #inputs: TrainingInputs;

  constructor(run: TrainingRun, stage: TrainingStage, inputs: TrainingInputs) {
    this.#run = run;
    this.#stage = stage;
    this.#inputs = inputs;
  }

  /** The whole network with a stage's flat weights in it. */
  whole(flat: Float32Array): StateDict {
    const { training, start } = this.#run;
    return unflattenWeights(start, parameterLayout(training.architecture, this.#stage), flat);
  }

  async logits(weights: StateDict): Promise<Float32Array> {
    const { preprocessing, threads, held, signal } = this.#run;
    const { task, held: source } = this.#inputs;
    await using pool = new ForwardPool({ weights, preprocessing, task, threads });
    return await forwardLogits({ pool, source, count: held.images.length, signal });
  }
}

/** Keeps the progress and the curves. */
class Reporter {
  readonly #run: TrainingRun;
  readonly #judge: Judge;
  readonly #positiveWeight: number;
  #auroc: number | null = null;
  /** Of the epoch under way, before it was judged. */
  #imagesPerSecond: number | null = null;
  #epoch = -1;

  constructor(run: TrainingRun, judge: Judge) {
    this.#run = run;
    this.#judge = judge;
    this.#positiveWeight = positiveWeightOf(run.trained.labels, run.recipe.positiveWeight);
    run.progress.begin("training", { images: 0, imagesTotal: this.#imagesOf(run.recipe.epochs) });
  }

  /** @throws HairlineError TRAINING_DIVERGED */
  async validate(flat: Float32Array): Promise<number> {
    const { progress, held } = this.#run;
    this.#imagesPerSecond = progress.read().imagesPerSecond;
    progress.begin("validation");
    const logits = await this.#judge.logits(this.#judge.whole(flat));
    const loss = weightedLoss({ logits, labels: held.labels }, this.#positiveWeight);
    if (loss === null || !Number.isFinite(loss))
      throw new HairlineError("TRAINING_DIVERGED", `The validation loss is ${loss}.`, {
        remedy: "Lower the learning rate, clip the gradients, or start from other weights.",
      });
    this.#auroc = delongAuc(logits, held.labels)?.auc ?? null;
    return loss;
  }

  afterStep({ epoch, step, steps, loss, images }: StepReport): void {
    const { progress, recipe } = this.#run;
    const done = this.#imagesOf(epoch) + (step - 1) * recipe.batchSize;
    if (epoch !== this.#epoch) progress.begin("training", { images: done });
    this.#epoch = epoch;
    progress.update({ epoch, step, steps, loss, images: done + images });
  }

  async afterEpoch(report: EpochReport): Promise<void> {
    const { epoch, trainingLoss, validationLoss, learningRate, best } = report;
    await this.#run.attempt.writeEpoch({
      epoch,
      trainingLoss,
      validationLoss,
      auroc: this.#auroc,
      learningRate,
      imagesPerSecond: this.#imagesPerSecond,
      best: best.epoch === epoch,
    });
  }

  #imagesOf(epochs: number): number {
    return epochs * this.#run.trained.images.length;
  }
}
