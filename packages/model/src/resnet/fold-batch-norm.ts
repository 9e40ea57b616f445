import { HairlineError } from "@hairline/core/errors";
import { toFloat32, type StateDict, type Tensor } from "../weights/tensor.ts";

/** torch.nn.BatchNorm2d's default, which torchvision's ResNet keeps. */
const EPSILON = 1e-5;

/** A convolution with bias that equals a convolution followed by an inference-mode batch norm. */
export interface FoldedConvolution {
  /** Row-major [output channels, input channels, height, width]. */
  readonly shape: readonly number[];
  readonly weight: Float32Array;
  /** [output channels] */
  readonly bias: Float32Array;
}

/**
 * Folds `batchNorm` into `convolution`: weight times s and bias beta - mean * s, with s = gamma / sqrt(var + eps),
 * computed in float64 and rounded once.
 *
 * @param names of the layers, such as `{ convolution: "conv1", batchNorm: "bn1" }`
 * @throws HairlineError WEIGHTS_TENSOR_NOT_FINITE when the product overflows float32
 */
export function foldBatchNorm(
  tensors: StateDict,
  names: { readonly convolution: string; readonly batchNorm: string },
): FoldedConvolution {
  const kernel = tensor(tensors, `${names.convolution}.weight`);
  const [gamma, beta, mean, variance] = ["weight", "bias", "running_mean", "running_var"].map((part) =>
    toFloat32(tensor(tensors, `${names.batchNorm}.${part}`)),
  ) as [Float32Array, Float32Array, Float32Array, Float32Array];
  const weight = toFloat32(kernel);
  const perChannel = weight.length / gamma.length;
  const bias = new Float32Array(gamma.length);
  for (let channel = 0; channel < gamma.length; channel += 1) {
    const scale = (gamma[channel] ?? 0) / Math.sqrt((variance[channel] ?? 0) + EPSILON);
    bias[channel] = (beta[channel] ?? 0) - (mean[channel] ?? 0) * scale;
    for (let index = channel * perChannel; index < (channel + 1) * perChannel; index += 1)
      weight[index] = (weight[index] ?? 0) * scale;
  }
  if (!weight.every(Number.isFinite) || !bias.every(Number.isFinite)) throw overflow(names.batchNorm);
  return { shape: kernel.shape, weight, bias };
}

function tensor(tensors: StateDict, name: string): Tensor {
  const found = tensors.get(name);
  if (found !== undefined) return found;
  throw new HairlineError("WEIGHTS_TENSOR_MISSING", `The state dict lacks ${name}.`, { field: name });
}

function overflow(batchNorm: string): HairlineError {
  return new HairlineError(
    "WEIGHTS_TENSOR_NOT_FINITE",
    `The scale of ${batchNorm} overflows its convolution.`,
    {
      field: batchNorm,
      remedy: "Use a checkpoint from before training diverged.",
    },
  );
}
