import { HairlineError } from "@hairline/core/errors";
import { afterEpoch, isExhausted, NO_EPOCH, type BestEpoch } from "../recipe/early-stopping.ts";
import { epochOrder } from "../recipe/epoch-order.ts";
import type { Recipe } from "../recipe/recipe.ts";
import { learningRateAt } from "../recipe/schedule.ts";
import type { Trainer } from "../step/trainer.ts";
import type { TrainingCheckpoint } from "./checkpoint.ts";
import { positiveWeightOf, type BatchInputs, type TrainingSet } from "./training-set.ts";

export interface StepReport {
  readonly epoch: number;
  /** Steps of the epoch done, and all it has. */
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
  readonly gradientNorm: number;
  readonly learningRate: number;
  readonly images: number;
}

export interface EpochReport {
  readonly epoch: number;
  readonly trainingLoss: number;
  readonly validationLoss: number;
  readonly best: BestEpoch;
  readonly learningRate: number;
}

export interface TrainingRunOptions {
  readonly trainer: Trainer;
  readonly set: TrainingSet;
  readonly recipe: Recipe;
  /** Whether batches use their own statistics: then only whole batches are trained on. */
  readonly wholeBatches: boolean;
  /** Loss of the validation images under flat weights. */
  readonly validate: (weights: Float32Array) => Promise<number>;
  readonly from?: TrainingCheckpoint | undefined;
  readonly onStep?: (report: StepReport) => void;
  readonly onEpoch?: (report: EpochReport) => Promise<void>;
  /** Asked after each step whether one is due. */
  readonly checkpointDue?: () => boolean;
  readonly save?: (checkpoint: TrainingCheckpoint) => Promise<void>;
  readonly signal: AbortSignal;
}

export interface TrainingOutcome {
  readonly bestWeights: Float32Array;
  readonly best: BestEpoch;
  /** Epochs trained. */
  readonly epochs: number;
}

/**
 * Trains until the epochs are over or the validation loss has not improved for `patience` of them, and gives the
 * weights of the best epoch. When the signal fires a checkpoint is saved before it throws.
 *
 * @throws HairlineError INTERRUPTED; TRAINING_DIVERGED, TRAINING_FAILED; LABELS_ONE_SIDED, TOO_FEW_IMAGES
 */
export async function runTraining(options: TrainingRunOptions): Promise<TrainingOutcome> {
  const run = new TrainingRun(options);
  return run.toEnd();
}

class TrainingRun {
  readonly #options: TrainingRunOptions;
  readonly #stepsPerEpoch: number;
  readonly #positiveWeight: number;
  #epoch = 0;
  #stepsOfEpoch = 0;
  #lossSum = 0;
  #best: BestEpoch = NO_EPOCH;
  #bestWeights: Float32Array | undefined;

  constructor(options: TrainingRunOptions) {
    const { set, recipe, wholeBatches } = options;
    this.#options = options;
    this.#positiveWeight = positiveWeightOf(set.labels, recipe.positiveWeight);
    const batches = set.count / recipe.batchSize;
    this.#stepsPerEpoch = wholeBatches ? Math.floor(batches) : Math.ceil(batches);
    checkSet(set, this.#stepsPerEpoch, recipe);
  }

  async toEnd(): Promise<TrainingOutcome> {
    const { from, trainer, recipe } = this.#options;
    if (from !== undefined) {
      await trainer.restore(from.state);
      this.#epoch = from.epoch;
      this.#stepsOfEpoch = from.stepsOfEpoch;
      this.#lossSum = from.lossSum;
      this.#best = from.best;
      this.#bestWeights = from.bestWeights;
    }
    while (this.#epoch < recipe.epochs && !isExhausted(this.#best, recipe)) await this.#runEpoch();
    return { bestWeights: this.#bestWeights!, best: this.#best, epochs: this.#epoch };
  }

  async #runEpoch(): Promise<void> {
    const { set, recipe, onEpoch } = this.#options;
    const groups = recipe.sampling === "mixed" ? set.groups : undefined;
    const order = epochOrder(set.count, { seed: recipe.seed, epoch: this.#epoch, groups });
    const batch = (step: number) => order.subarray(step * recipe.batchSize, (step + 1) * recipe.batchSize);
    // A checkpoint may stand behind the last step, with only the validation to come.
    let next = this.#stepsOfEpoch < this.#stepsPerEpoch ? this.#load(batch(this.#stepsOfEpoch)) : undefined;
    for (let step = this.#stepsOfEpoch; step < this.#stepsPerEpoch; step += 1) {
      await this.#stopWhenAsked();
      const inputs = await next!;
      const indices = batch(step);
      if (step + 1 < this.#stepsPerEpoch) next = this.#load(batch(step + 1));
      await this.#step(indices, inputs);
      if (this.#options.checkpointDue?.() === true) await this.#save();
    }
    await this.#stopWhenAsked();
    const learningRate = this.#learningRate();
    const trainingLoss = this.#lossSum / this.#stepsPerEpoch;
    const validationLoss = await this.#judge();
    await onEpoch?.({ epoch: this.#epoch, trainingLoss, validationLoss, best: this.#best, learningRate });
    this.#epoch += 1;
    this.#stepsOfEpoch = 0;
    this.#lossSum = 0;
    await this.#save();
  }

  async #step(indices: Int32Array, inputs: BatchInputs): Promise<void> {
    const { set, trainer, onStep } = this.#options;
    const learningRate = this.#learningRate();
    const labels = Float32Array.from(indices, (index) => set.labels[index]!);
    const batch = { ...inputs, count: indices.length, labels, positiveWeight: this.#positiveWeight };
    const { loss, gradientNorm } = await trainer.step(batch, learningRate);
    this.#stepsOfEpoch += 1;
    this.#lossSum += loss;
    const place = { epoch: this.#epoch, step: this.#stepsOfEpoch, steps: this.#stepsPerEpoch };
    onStep?.({ ...place, loss, gradientNorm, learningRate, images: indices.length });
  }

  /** Validates the epoch's weights and keeps them when they are the best. */
  async #judge(): Promise<number> {
    const { trainer, recipe, validate } = this.#options;
    const { weights, average } = await trainer.state();
    const judged = average ?? weights;
    const loss = await validate(judged);
    this.#best = afterEpoch(this.#best, { epoch: this.#epoch, loss }, recipe);
    if (this.#best.epoch === this.#epoch || this.#bestWeights === undefined) this.#bestWeights = judged;
    return loss;
  }

  #learningRate(): number {
    const { recipe } = this.#options;
    const steps = recipe.epochs * this.#stepsPerEpoch;
    return learningRateAt(recipe, this.#epoch * this.#stepsPerEpoch + this.#stepsOfEpoch, steps);
  }

  /** Begun while the step before it runs; nobody may await it when that one fails. */
  #load(indices: Int32Array): Promise<BatchInputs> {
    const inputs = this.#options.set.load(indices, this.#epoch);
    inputs.catch(() => {});
    return inputs;
  }

  async #stopWhenAsked(): Promise<void> {
    const { signal } = this.#options;
    if (!signal.aborted) return;
    await this.#save();
    throw new HairlineError("INTERRUPTED", "The training was stopped.", {
      remedy: "Resume it: it goes on with the next step.",
      cause: signal.reason,
    });
  }

  async #save(): Promise<void> {
    const { save, trainer } = this.#options;
    if (save === undefined) return;
    await save({
      epoch: this.#epoch,
      stepsOfEpoch: this.#stepsOfEpoch,
      lossSum: this.#lossSum,
      state: await trainer.state(),
      best: this.#best,
      bestWeights: this.#bestWeights,
    });
  }
}

function checkSet({ count, labels }: TrainingSet, steps: number, { batchSize }: Recipe): void {
  const positives = labels.reduce((sum, label) => sum + label, 0);
  if (positives === 0 || positives === labels.length)
    throw new HairlineError(
      "LABELS_ONE_SIDED",
      `Training needs images of both classes; ${positives} of ${count} are positive.`,
      { field: "labels", remedy: "Import labels of the other class." },
    );
  if (steps === 0)
    throw new HairlineError("TOO_FEW_IMAGES", `${count} images do not fill a batch of ${batchSize}.`, {
      field: "batchSize",
      remedy: "Use smaller batches, or label more images.",
    });
}
