import type { Preprocessing } from "@hairline/imaging/preprocess";
import type { Rank, Tensor, Tensor1D, Tensor2D, Tensor4D } from "@tensorflow/tfjs-core";
import { basicBlocks, type BasicBlock } from "../../resnet/architecture.ts";
import { foldBatchNorm } from "../../resnet/fold-batch-norm.ts";
import { requireScorer, type ResnetWeights } from "../../resnet/identify.ts";
import { toFloat32, type Tensor as WeightTensor } from "../../weights/tensor.ts";
import type { Tfjs } from "./load-backend.ts";

interface Convolution {
  /** [height, width, input channels, output channels] */
  readonly kernel: Tensor4D;
  readonly bias: Tensor1D;
  readonly stride: number;
  readonly padding: number;
}

interface Block {
  readonly first: Convolution;
  readonly second: Convolution;
  readonly downsample: Convolution | undefined;
}

/** Outputs of one batch; the caller disposes of them. */
export type NetworkOutputs = {
  /** [N, 1] */
  readonly logit: Tensor2D;
  /** [N, h, w, 1] */
  readonly cam: Tensor4D;
  /** [N, 512] */
  readonly embedding: Tensor2D;
};

/** The scorer in tfjs-core operators, channels last, batch norm folded; the same code on every backend. */
export class TfjsNetwork {
  readonly #tf: Tfjs;
  readonly #stem: Convolution;
  readonly #blocks: readonly Block[];
  readonly #scale: Tensor1D;
  readonly #offset: Tensor1D;
  /** [512, 1] */
  readonly #unit: Tensor2D;
  readonly #unitBias: Tensor1D;

  /** @throws HairlineError WEIGHTS_TENSOR_SHAPE for ImageNet weights, WEIGHTS_TENSOR_NOT_FINITE when folding overflows */
  constructor(tf: Tfjs, weights: ResnetWeights, { mean, std }: Pick<Preprocessing, "mean" | "std">) {
    const { architecture, tensors } = requireScorer(weights);
    this.#tf = tf;
    const folded = (layer: LayerNames): Convolution => uploadConvolution(tf, weights, layer);
    this.#stem = folded({ convolution: "conv1", batchNorm: "bn1", stride: 2, padding: 3 });
    this.#blocks = basicBlocks(architecture).map((block) => uploadBlock(block, folded));
    this.#scale = tf.tensor1d(std.map((deviation) => 1 / (255 * deviation)));
    this.#offset = tf.tensor1d(std.map((deviation, channel) => -(mean[channel] ?? 0) / deviation));
    const unit = toFloat32(tensors.get("fc.weight") as WeightTensor);
    this.#unit = tf.tensor2d(unit, [unit.length, 1]);
    this.#unitBias = tf.tensor1d(toFloat32(tensors.get("fc.bias") as WeightTensor));
  }

  /** @param image [N, S, S, C], values 0..255, C = 1 or 3 */
  run(image: Tensor4D): NetworkOutputs {
    const tf = this.#tf;
    return tf.tidy(() => {
      const normalised = tf.add<Tensor4D>(tf.mul(image, this.#scale), this.#offset);
      let features = tf.maxPool(this.#convolve(normalised, this.#stem, "relu"), 3, 2, 1, "floor");
      for (const block of this.#blocks) features = this.#block(features, block);
      const embedding = tf.mean<Tensor2D>(features, [1, 2]);
      const logit = tf.add<Tensor2D>(tf.matMul(embedding, this.#unit), this.#unitBias);
      const [, height, width, channels] = features.shape;
      const cells = height * width;
      const weighted = tf.matMul<Tensor2D>(tf.reshape(features, [-1, channels]), this.#unit);
      const cam = tf.reshape<Rank.R4>(tf.relu(tf.div(weighted, cells)), [-1, height, width, 1]);
      return { logit, cam, embedding };
    });
  }

  dispose(): void {
    const convolutions = [this.#stem, ...this.#blocks.flatMap(convolutionsOf)];
    for (const { kernel, bias } of convolutions) this.#tf.dispose([kernel, bias]);
    this.#tf.dispose([this.#scale, this.#offset, this.#unit, this.#unitBias]);
  }

  #block(input: Tensor4D, { first, second, downsample }: Block): Tensor4D {
    const tf = this.#tf;
    const residual = this.#convolve(this.#convolve(input, first, "relu"), second);
    const skip = downsample === undefined ? input : this.#convolve(input, downsample);
    return tf.relu(tf.add<Tensor4D>(residual, skip));
  }

  #convolve(
    x: Tensor4D,
    { kernel, bias, stride, padding }: Convolution,
    activation: "relu" | "linear" = "linear",
  ): Tensor4D {
    return this.#tf.fused.conv2d({
      x,
      filter: kernel,
      strides: stride,
      pad: padding,
      dimRoundingMode: "floor",
      bias,
      activation,
    });
  }
}

interface LayerNames {
  readonly convolution: string;
  readonly batchNorm: string;
  readonly stride: number;
  readonly padding: number;
}

function uploadBlock(
  { name, stride, downsample }: BasicBlock,
  folded: (layer: LayerNames) => Convolution,
): Block {
  const layer = (index: 1 | 2): Pick<LayerNames, "convolution" | "batchNorm"> => ({
    convolution: `${name}.conv${index}`,
    batchNorm: `${name}.bn${index}`,
  });
  const shortcut = { convolution: `${name}.downsample.0`, batchNorm: `${name}.downsample.1` };
  return {
    first: folded({ ...layer(1), stride, padding: 1 }),
    second: folded({ ...layer(2), stride: 1, padding: 1 }),
    downsample: downsample ? folded({ ...shortcut, stride, padding: 0 }) : undefined,
  };
}

function uploadConvolution(
  tf: Tfjs,
  { tensors }: ResnetWeights,
  { stride, padding, ...names }: LayerNames,
): Convolution {
  const { shape, weight, bias } = foldBatchNorm(tensors, names);
  const kernel = tf.tidy(() => {
    const torch: Tensor = tf.tensor(weight, [...shape]);
    return tf.transpose(torch, [2, 3, 1, 0]) as Tensor4D;
  });
  return { kernel, bias: tf.tensor1d(bias), stride, padding };
}

function convolutionsOf({ first, second, downsample }: Block): Convolution[] {
  return downsample === undefined ? [first, second] : [first, second, downsample];
}
