import { HairlineError } from "@hairline/core/errors";
import { ThreadPool, threadUrl } from "@hairline/core/threads";
import { refuseTelemetry } from "../../engine/refuse-telemetry.ts";
import type { StateDict } from "../../weights/tensor.ts";
import { adamwScalars } from "../step/adamw.ts";
import { averageDecayAt } from "../step/average.ts";
import { checkTrainingBatch, partsOf } from "../step/batch-parts.ts";
import { clipScale, requireFinite } from "../step/clip.ts";
import { flattenWeights } from "../step/flat-weights.ts";
import { parameterLayout, type ParameterLayout } from "../step/parameter-layout.ts";
import type { StepResult, Trainer, TrainerSettings, TrainerState, TrainingBatch } from "../step/trainer.ts";
import { sharedVector, type SharedVectors } from "./shared-vectors.ts";
import type { GradientResponse, StepRequest, StepResponse, StepThreadData } from "./step-protocol.ts";

export interface CpuTrainerOptions {
  /** Cores to use. */
  readonly threads: number;
}

/**
 * Trains on ONNX Runtime's CPU provider. With frozen batch norms every thread computes the gradients of its part of
 * the batch in a session of one thread, and updates its part of the weights (1.3 to 1.6 times the speed of one
 * session on four cores). With batch statistics the batch cannot be split: one session has all the threads.
 */
export async function openCpuTrainer(
  weights: StateDict,
  settings: TrainerSettings,
  { threads }: CpuTrainerOptions,
): Promise<Trainer> {
  // Sessions open in threads, which cannot set this for the process.
  refuseTelemetry();
  const trainer = new CpuTrainer(weights, settings, threads);
  try {
    await trainer.whenStarted();
    return trainer;
  } catch (error) {
    await trainer.close();
    throw error;
  }
}

type StepPool = ThreadPool<StepRequest, StepResponse>;

class CpuTrainer implements Trainer {
  readonly name = "onnxruntime";
  readonly device = "cpu";
  readonly #settings: TrainerSettings;
  readonly #layout: ParameterLayout;
  readonly #vectors: SharedVectors;
  readonly #pools: readonly StepPool[];
  #step = 0;

  constructor(weights: StateDict, settings: TrainerSettings, threads: number) {
    this.#settings = settings;
    this.#layout = parameterLayout(settings.architecture, settings.stage);
    const sessions = settings.batchNorm === "frozen" ? Math.min(threads, settings.batchSize) : 1;
    this.#vectors = makeVectors(this.#layout, sessions, settings.averageDecay !== undefined);
    this.#vectors.weights.set(flattenWeights(weights, this.#layout));
    this.#vectors.average?.set(this.#vectors.weights);
    const { architecture, stage, preprocessing, batchNorm, batchSize } = settings;
    const graph = { architecture, stage, preprocessing, batchNorm, count: Math.ceil(batchSize / sessions) };
    this.#pools = this.#vectors.parts.map((_, index) =>
      startThread({
        graph,
        vectors: this.#vectors,
        index,
        threads: sessions === 1 ? threads : 1,
      }),
    );
  }

  async whenStarted(): Promise<void> {
    await Promise.all(this.#pools.map((pool) => pool.whenStarted()));
  }

  async step(batch: TrainingBatch, learningRate: number): Promise<StepResult> {
    const { result, statistics } = await this.#forwardBackward(batch);
    requireFinite(result);
    this.#step += 1;
    const { optimizer, clipNorm, averageDecay } = this.#settings;
    const scalars = adamwScalars(optimizer, learningRate, this.#step);
    const scale = clipScale(result.gradientNorm, clipNorm);
    const decay = averageDecay === undefined ? undefined : averageDecayAt(averageDecay, this.#step);
    await this.#onRanges((from, to) => ({ type: "update", from, to, scale, scalars, averageDecay: decay }));
    if (statistics !== undefined) this.#vectors.weights.set(statistics, this.#layout.trainedLength);
    this.#averageStatistics();
    return result;
  }

  async gradients(
    batch: TrainingBatch,
  ): Promise<StepResult & { readonly gradients: ReadonlyMap<string, Float32Array> }> {
    const { result } = await this.#forwardBackward(batch);
    const trained = this.#layout.entries.filter((entry) => entry.trained);
    const gradients = new Map(
      trained.map(({ name, offset, length }) => [
        name,
        new Float32Array(this.#vectors.gradient.slice(offset, offset + length)),
      ]),
    );
    return { ...result, gradients };
  }

  async state(): Promise<TrainerState> {
    const { weights, first, second, average } = this.#vectors;
    return {
      step: this.#step,
      weights: new Float32Array(weights),
      first: new Float32Array(first),
      second: new Float32Array(second),
      ...(average === undefined ? {} : { average: new Float32Array(average) }),
    };
  }

  async restore({ step, weights, first, second, average }: TrainerState): Promise<void> {
    const target = this.#vectors;
    const fits =
      weights.length === target.weights.length &&
      first.length === target.first.length &&
      second.length === target.second.length &&
      average?.length === target.average?.length;
    if (!fits)
      throw new HairlineError(
        "CHECKPOINT_MISMATCH",
        "The checkpoint is of another network, stage or recipe.",
      );
    target.weights.set(weights);
    target.first.set(first);
    target.second.set(second);
    if (average !== undefined) target.average?.set(average);
    this.#step = step;
  }

  async close(): Promise<void> {
    await Promise.all(this.#pools.map((pool) => pool.close()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #forwardBackward(batch: TrainingBatch) {
    checkTrainingBatch(batch, this.#settings);
    const parts = partsOf(batch, this.#pools.length);
    const answers = await Promise.all(
      parts.map(async (part, index) => {
        if (part.labels.length === 0) {
          this.#vectors.parts[index]!.fill(0);
          return { loss: 0, logits: new Float32Array(0) };
        }
        const { positiveWeight, channels } = batch;
        const request = {
          type: "gradient",
          ...part,
          channels,
          weight: 1 / batch.count,
          positiveWeight,
        } as const;
        return (await this.#pools[index]!.run(request)) as GradientResponse;
      }),
    );
    const reduced = await this.#onRanges((from, to) => ({ type: "reduce", from, to }));
    const squares = reduced.reduce((total, answer) => total + ("squares" in answer ? answer.squares : 0), 0);
    const result: StepResult = {
      loss: answers.reduce((total, { loss }) => total + loss, 0),
      logits: Float32Array.from(answers.flatMap(({ logits }) => [...logits])),
      gradientNorm: Math.sqrt(squares),
    };
    return { result, statistics: (answers[0] as GradientResponse).statistics };
  }

  /** Each thread works on a range of its own of the trained weights. */
  #onRanges(request: (from: number, to: number) => StepRequest): Promise<StepResponse[]> {
    const { trainedLength } = this.#layout;
    const share = Math.ceil(trainedLength / this.#pools.length);
    return Promise.all(
      this.#pools.map((pool, index) =>
        pool.run(request(index * share, Math.min(trainedLength, (index + 1) * share))),
      ),
    );
  }

  /** The average takes the running statistics as they are: they are averages already. */
  #averageStatistics(): void {
    const { trainedLength } = this.#layout;
    this.#vectors.average?.set(this.#vectors.weights.subarray(trainedLength), trainedLength);
  }
}

function startThread(workerData: StepThreadData): StepPool {
  return new ThreadPool({
    url: threadUrl("./step-thread", import.meta.url),
    size: 1,
    workerData,
    errorWhenLost: (_reason, cause) =>
      new HairlineError("TRAINING_FAILED", `A training thread ended: ${cause.message}`, {
        remedy: "Resume the training; with less memory, use smaller batches.",
        cause,
      }),
  });
}

function makeVectors(
  { length, trainedLength }: ParameterLayout,
  sessions: number,
  averaged: boolean,
): SharedVectors {
  return {
    weights: sharedVector(length),
    first: sharedVector(trainedLength),
    second: sharedVector(trainedLength),
    gradient: sharedVector(trainedLength),
    parts: Array.from({ length: sessions }, () => sharedVector(trainedLength)),
    average: averaged ? sharedVector(length) : undefined,
  };
}
