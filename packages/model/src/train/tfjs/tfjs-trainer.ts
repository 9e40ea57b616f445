import type { Scalar, Tensor, Tensor2D, Tensor4D } from "@tensorflow/tfjs-core";
import { HairlineError } from "@hairline/core/errors";
import { loadTfjs, type Tfjs, type TfjsBackend } from "../../engine/tfjs/load-backend.ts";
import type { StateDict } from "../../weights/tensor.ts";
import { adamwScalars, type AdamwScalars } from "../step/adamw.ts";
import { averageDecayAt } from "../step/average.ts";
import { checkTrainingBatch } from "../step/batch-parts.ts";
import { clipScale, requireFinite } from "../step/clip.ts";
import { flattenWeights } from "../step/flat-weights.ts";
import { parameterLayout } from "../step/parameter-layout.ts";
import { storedMapShape } from "../../resnet/architecture.ts";
import type { StepResult, Trainer, TrainerSettings, TrainerState, TrainingBatch } from "../step/trainer.ts";
import { requireGradients } from "./gradients.ts";
import { readTensor, TensorVector } from "./tensor-state.ts";
import { crossEntropy, TrainingNetwork } from "./training-network.ts";

/**
 * Trains on TensorFlow.js: tfjs-node-gpu or tfjs-node where installed, else WebAssembly, which is slow and there to prove
 * the code. Each step holds the calling thread.
 *
 * @throws HairlineError ENGINE_UNAVAILABLE
 */
export async function openTfjsTrainer(weights: StateDict, settings: TrainerSettings): Promise<Trainer> {
  const backend = await loadTfjs();
  await requireGradients(backend.tf);
  const trainer = new TfjsTrainer(backend, settings);
  trainer.begin(flattenWeights(weights, parameterLayout(settings.architecture, settings.stage)));
  return trainer;
}

interface Differentiated extends StepResult {
  /** By name; the caller disposes of them. */
  readonly slopes: ReadonlyMap<string, Tensor>;
  readonly statistics: ReadonlyMap<string, Tensor>;
}

class TfjsTrainer implements Trainer {
  readonly name = "tfjs";
  readonly device: string;
  readonly #tf: Tfjs;
  readonly #settings: TrainerSettings;
  readonly #trained: readonly string[];
  readonly #weights: TensorVector;
  readonly #first: TensorVector;
  readonly #second: TensorVector;
  readonly #average: TensorVector | undefined;
  #step = 0;

  constructor({ tf, device }: TfjsBackend, settings: TrainerSettings) {
    this.#tf = tf;
    this.device = device;
    this.#settings = settings;
    const layout = parameterLayout(settings.architecture, settings.stage);
    this.#trained = layout.entries.filter(({ trained }) => trained).map(({ name }) => name);
    this.#weights = new TensorVector(tf, layout, "all");
    this.#first = new TensorVector(tf, layout, "trained");
    this.#second = new TensorVector(tf, layout, "trained");
    this.#average = settings.averageDecay === undefined ? undefined : new TensorVector(tf, layout, "all");
  }

  begin(flat: Float32Array): void {
    this.#weights.load(flat);
    this.#average?.load(flat);
  }

  async step(batch: TrainingBatch, learningRate: number): Promise<StepResult> {
    const { slopes, statistics, ...result } = await this.#differentiate(batch);
    try {
      requireFinite(result);
      const step = this.#step + 1;
      const scalars = adamwScalars(this.#settings.optimizer, learningRate, step);
      this.#update(slopes, scalars, clipScale(result.gradientNorm, this.#settings.clipNorm));
      for (const [name, value] of statistics) this.#weights.replace(name, value.clone());
      this.#averageWeights(step);
      this.#step = step;
      return result;
    } finally {
      this.#tf.dispose([...slopes.values(), ...statistics.values()]);
    }
  }

  async gradients(
    batch: TrainingBatch,
  ): Promise<StepResult & { readonly gradients: ReadonlyMap<string, Float32Array> }> {
    const { slopes, statistics, ...result } = await this.#differentiate(batch);
    const gradients = new Map<string, Float32Array>();
    for (const [name, slope] of slopes) gradients.set(name, await readTensor(this.#tf, slope));
    this.#tf.dispose([...slopes.values(), ...statistics.values()]);
    return { ...result, gradients };
  }

  async state(): Promise<TrainerState> {
    return {
      step: this.#step,
      weights: await this.#weights.read(),
      first: await this.#first.read(),
      second: await this.#second.read(),
      ...(this.#average === undefined ? {} : { average: await this.#average.read() }),
    };
  }

  async restore({ step, weights, first, second, average }: TrainerState): Promise<void> {
    this.#weights.requireFits(weights);
    this.#first.requireFits(first);
    this.#second.requireFits(second);
    this.#average?.requireFits(average);
    this.#weights.load(weights);
    this.#first.load(first);
    this.#second.load(second);
    if (average !== undefined) this.#average?.load(average);
    this.#step = step;
  }

  async close(): Promise<void> {
    for (const vector of [this.#weights, this.#first, this.#second, this.#average]) vector?.dispose();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Loss, logits and gradients of a batch under the weights as they are. */
  async #differentiate(batch: TrainingBatch): Promise<Differentiated> {
    checkTrainingBatch(batch, this.#settings);
    const tf = this.#tf;
    try {
      const { loss, logits, norm, slopes, statistics } = this.#run(batch);
      const [lossValue, logitValues, normValue] = await Promise.all([
        loss.data(),
        logits.data(),
        norm.data(),
      ]);
      const values = {
        loss: lossValue[0]!,
        logits: Float32Array.from(logitValues),
        gradientNorm: normValue[0]!,
      };
      tf.dispose([loss, logits, norm]);
      return { ...values, slopes, statistics };
    } catch (error) {
      throw new HairlineError("TRAINING_FAILED", "TensorFlow.js could not run the step.", {
        remedy: "With too little memory, use smaller batches.",
        cause: error,
      });
    }
  }

  #run({ labels, positiveWeight, ...batch }: TrainingBatch) {
    const tf = this.#tf;
    const kept: { logits?: Tensor2D; network?: TrainingNetwork } = {};
    const tensors = this.#trained.map((name) => this.#weights.tensors.get(name)!);
    const results = tf.tidy(() => {
      const input = this.#inputOf(batch);
      const loss = (...values: Tensor[]): Scalar => {
        const trained = new Map(this.#trained.map((name, index) => [name, values[index]!]));
        const network = new TrainingNetwork(
          tf,
          this.#settings,
          new Map([...this.#weights.tensors, ...trained]),
        );
        const logits = network.logits(input);
        kept.network = network;
        kept.logits = tf.keep(logits.clone());
        return crossEntropy(tf, { logits, labels: tf.tensor2d(labels, [labels.length, 1]), positiveWeight });
      };
      const { value, grads } = tf.valueAndGrads(loss)(tensors);
      const squares = grads.map((slope) => tf.sum(tf.square(slope)));
      return [value, tf.sqrt(tf.addN(squares)), ...grads];
    });
    const [loss, norm, ...slopes] = results as [Tensor, Tensor, ...Tensor[]];
    return {
      loss,
      norm,
      logits: kept.logits!,
      slopes: new Map(this.#trained.map((name, index) => [name, slopes[index]!])),
      statistics: kept.network!.statistics,
    };
  }

  /** Channels last; pixels normalised, grey ones on three channels. */
  #inputOf({ count, channels, data }: Pick<TrainingBatch, "count" | "channels" | "data">): Tensor4D {
    const tf = this.#tf;
    const { stage, preprocessing } = this.#settings;
    const { inputSize, mean, std } = preprocessing;
    if (stage === "layer4") {
      const [maps, height, width] = storedMapShape(inputSize);
      return tf.transpose(tf.tensor4d(data, [count, maps, height, width], "float32"), [0, 2, 3, 1]);
    }
    const pixels = tf.tensor4d(Float32Array.from(data), [count, channels, inputSize, inputSize]);
    const last = tf.transpose(pixels, [0, 2, 3, 1]);
    const scale = tf.tensor1d(std.map((deviation) => 1 / (255 * deviation)));
    const offset = tf.tensor1d(std.map((deviation, channel) => -(mean[channel] ?? 0) / deviation));
    return tf.add<Tensor4D>(tf.mul(last, scale), offset);
  }

  #update(slopes: ReadonlyMap<string, Tensor>, scalars: AdamwScalars, clip: number): void {
    const tf = this.#tf;
    const { beta1, beta2, decay, stepSize, rootScale, epsilon } = scalars;
    for (const [name, slope] of slopes) {
      const [first, second, weight] = tf.tidy((): [Tensor, Tensor, Tensor] => {
        const clipped = tf.mul(slope, clip);
        const mean = tf.add(tf.mul(this.#first.tensors.get(name)!, beta1), tf.mul(clipped, 1 - beta1));
        const square = tf.add(
          tf.mul(this.#second.tensors.get(name)!, beta2),
          tf.mul(tf.square(clipped), 1 - beta2),
        );
        const move = tf.mul(tf.div(mean, tf.add(tf.mul(tf.sqrt(square), rootScale), epsilon)), stepSize);
        return [mean, square, tf.sub(tf.mul(this.#weights.tensors.get(name)!, decay), move)];
      });
      this.#first.replace(name, first);
      this.#second.replace(name, second);
      this.#weights.replace(name, weight);
    }
  }

  /** Running statistics are averages already and are taken as they are. */
  #averageWeights(step: number): void {
    const { averageDecay } = this.#settings;
    if (this.#average === undefined || averageDecay === undefined) return;
    const tf = this.#tf;
    const decay = averageDecayAt(averageDecay, step);
    const trained = new Set(this.#trained);
    for (const [name, value] of this.#weights.tensors) {
      const average = trained.has(name)
        ? tf.tidy(() => tf.add(tf.mul(this.#average!.tensors.get(name)!, decay), tf.mul(value, 1 - decay)))
        : value.clone();
      this.#average.replace(name, average);
    }
  }
}
