import type { Rank, Scalar, Tensor, Tensor1D, Tensor2D, Tensor4D } from "@tensorflow/tfjs-core";
import type { Tfjs } from "../../engine/tfjs/load-backend.ts";
import { BATCH_NORM_EPSILON } from "../../autodiff/operators/folded-batch-norm.ts";
import { basicBlocks, type BasicBlock } from "../../resnet/architecture.ts";
import type { TrainerSettings } from "../step/trainer.ts";
import { convolve, type ConvolutionGeometry } from "./convolution.ts";

/** torch.nn.BatchNorm2d's default: the share of a batch in the running statistics. */
const MOMENTUM = 0.1;

/** A stage's tensors by torchvision's names; kernels as [K, K, I, O]. */
export type TensorsByName = ReadonlyMap<string, Tensor>;

/** The scorer's forward pass in tfjs-core operators, as it is differentiated; the same code on every backend. */
export class TrainingNetwork {
  /** Running statistics behind the last forward pass, by name; the caller disposes of them. */
  readonly statistics = new Map<string, Tensor>();
  readonly #tf: Tfjs;
  readonly #settings: TrainerSettings;
  readonly #tensors: TensorsByName;

  constructor(tf: Tfjs, settings: TrainerSettings, tensors: TensorsByName) {
    this.#tf = tf;
    this.#settings = settings;
    this.#tensors = tensors;
  }

  /** @param input normalised images [N, S, S, 3], or layer3's maps [N, h, w, 256]; returns [N, 1] */
  logits(input: Tensor4D): Tensor2D {
    const tf = this.#tf;
    const { architecture, stage } = this.#settings;
    let map = stage === "full" ? this.#stem(input) : input;
    for (const block of basicBlocks(architecture))
      if (stage === "full" || block.name.startsWith("layer4.")) map = this.#block(map, block);
    const embedding = tf.mean<Tensor2D>(map, [1, 2]);
    const product = tf.matMul<Tensor2D>(embedding, this.#tensor<Rank.R2>("fc.weight"), false, true);
    return tf.add<Tensor2D>(product, this.#tensor("fc.bias"));
  }

  #stem(input: Tensor4D): Tensor4D {
    const maps = this.#normalised(input, ["conv1", "bn1"], { stride: 2, padding: 3 });
    return this.#tf.maxPool(this.#tf.relu(maps), 3, 2, 1, "floor");
  }

  #block(input: Tensor4D, { name, stride, downsample }: BasicBlock): Tensor4D {
    const tf = this.#tf;
    const inner = this.#normalised(input, [`${name}.conv1`, `${name}.bn1`], { stride, padding: 1 });
    const activated = tf.relu(inner);
    const residual = this.#normalised(activated, [`${name}.conv2`, `${name}.bn2`], { stride: 1, padding: 1 });
    const skip = downsample
      ? this.#normalised(input, [`${name}.downsample.0`, `${name}.downsample.1`], { stride, padding: 0 })
      : input;
    return tf.relu(tf.add<Tensor4D>(residual, skip));
  }

  /** A convolution and its batch norm, folded into the kernel where its statistics are frozen. */
  #normalised(input: Tensor4D, names: readonly [string, string], geometry: ConvolutionGeometry): Tensor4D {
    const tf = this.#tf;
    const [convolution, norm] = names;
    const kernel = this.#tensor<Rank.R4>(`${convolution}.weight`);
    const [weight, bias] = [this.#vector(`${norm}.weight`), this.#vector(`${norm}.bias`)];
    const [mean, variance] = [this.#vector(`${norm}.running_mean`), this.#vector(`${norm}.running_var`)];
    if (this.#settings.batchNorm === "frozen") {
      const scale = tf.mul(weight, tf.rsqrt(tf.add(variance, BATCH_NORM_EPSILON)));
      const maps = convolve(tf, [input, tf.mul<Tensor4D>(kernel, scale)], geometry);
      return tf.add<Tensor4D>(maps, tf.sub(bias, tf.mul(mean, scale)));
    }
    const maps = convolve(tf, [input, kernel], geometry);
    const own = tf.moments(maps, [0, 1, 2]);
    this.#keepStatistics(norm, { own, samples: maps.size / bias.size });
    const scale = tf.mul(weight, tf.rsqrt(tf.add(own.variance, BATCH_NORM_EPSILON)));
    return tf.add<Tensor4D>(tf.mul(tf.sub(maps, own.mean), scale), bias);
  }

  #keepStatistics(
    norm: string,
    { own, samples }: { own: { mean: Tensor; variance: Tensor }; samples: number },
  ): void {
    const tf = this.#tf;
    const unbiased = tf.mul(own.variance, samples / (samples - 1));
    for (const [part, value] of [
      ["running_mean", own.mean],
      ["running_var", unbiased],
    ] as const) {
      const name = `${norm}.${part}`;
      const next = tf.add(tf.mul(this.#vector(name), 1 - MOMENTUM), tf.mul(value, MOMENTUM));
      this.statistics.set(name, tf.keep(next));
    }
  }

  #vector(name: string): Tensor1D {
    return this.#tensor<Rank.R1>(name);
  }

  #tensor<R extends Rank>(name: string): Tensor<R> {
    return this.#tensors.get(name) as Tensor<R>;
  }
}

export interface LossInputs {
  readonly logits: Tensor2D;
  /** [N, 1] */
  readonly labels: Tensor2D;
  readonly positiveWeight: number;
}

/** Mean of (1 − y) z + (1 + (w₊ − 1) y) log(1 + e^−z), as PyTorch's BCEWithLogitsLoss with pos_weight. */
export function crossEntropy(tf: Tfjs, { logits, labels, positiveWeight }: LossInputs): Scalar {
  const softplus = tf.add(tf.log1p(tf.exp(tf.neg(tf.abs(logits)))), tf.relu(tf.neg(logits)));
  const both = tf.add(1, tf.mul(positiveWeight - 1, labels));
  return tf.mean<Scalar>(tf.add(tf.mul(tf.sub(1, labels), logits), tf.mul(both, softplus)));
}
