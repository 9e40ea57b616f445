import { EMBEDDING_LENGTH, resnetShapes, type ResnetArchitecture } from "../../resnet/architecture.ts";
import type { ResnetWeights } from "../../resnet/identify.ts";
import { float32Tensor, type StateDict, type Tensor } from "../../weights/tensor.ts";
import { randomStream } from "../recipe/random.ts";

/** Keeps initial weights apart from the streams of order, augmentation and split. */
const START = 4;

/** A scorer to train on: ImageNet's 1000 classes give way to a new linear unit, a scorer stays as it is. */
export function scorerStart({ kind, tensors }: ResnetWeights, seed: number): StateDict {
  if (kind === "scorer") return tensors;
  const head = newHead(randomStream(seed, START));
  return new Map([...tensors].map(([name, tensor]) => [name, head.get(name) ?? tensor]));
}

/**
 * Random weights, as torchvision initialises a ResNet: convolutions normal with variance 2 / (outputs × kernel), batch
 * norms the identity, the linear unit uniform. The same for the same seed.
 *
 * @see He et al. 2015, arXiv:1502.01852
 */
export function scratchWeights(architecture: ResnetArchitecture, seed: number): StateDict {
  const random = randomStream(seed, START);
  const weights = new Map<string, Tensor>();
  for (const [name, shape] of resnetShapes(architecture, 1)) {
    if (name.startsWith("fc.")) continue;
    weights.set(name, shape.length === 4 ? convolution(shape, random) : identity(name, shape));
  }
  for (const [name, tensor] of newHead(random)) weights.set(name, tensor);
  return weights;
}

/** Uniform within ±1/√512, as torch.nn.Linear. */
function newHead(random: () => number): ReadonlyMap<string, Tensor> {
  const bound = 1 / Math.sqrt(EMBEDDING_LENGTH);
  const uniform = () => (2 * random() - 1) * bound;
  return new Map([
    ["fc.weight", float32Tensor([1, EMBEDDING_LENGTH], Array.from({ length: EMBEDDING_LENGTH }, uniform))],
    ["fc.bias", float32Tensor([1], [uniform()])],
  ]);
}

function convolution(shape: readonly number[], random: () => number): Tensor {
  const [outputs, inputs, height, width] = shape as readonly [number, number, number, number];
  const deviation = Math.sqrt(2 / (outputs * height * width));
  const values = new Float32Array(outputs * inputs * height * width);
  for (let index = 0; index < values.length; index += 2) {
    // Box and Muller: two normal numbers from two uniform ones, the first of them above 0.
    const radius = deviation * Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    values[index] = radius * Math.cos(angle);
    if (index + 1 < values.length) values[index + 1] = radius * Math.sin(angle);
  }
  return float32Tensor(shape, values);
}

function identity(name: string, shape: readonly number[]): Tensor {
  const one = name.endsWith(".weight") || name.endsWith(".running_var");
  return float32Tensor(shape, new Float32Array(shape[0]!).fill(one ? 1 : 0));
}
