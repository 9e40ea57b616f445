import { resnetShapes, type ResnetArchitecture } from "../resnet/architecture.ts";
import { float32Tensor, type StateDict } from "../weights/tensor.ts";
import { reproducibleUniform } from "./reproducible-numbers.ts";

/**
 * Weights of a ResNet as a function of the tensors' names: a network without training whose outputs are known.
 * test/fixtures/make_reference.py makes the same in Python, and PyTorch's outputs for them.
 *
 * @param classes rows of `fc`; 1 makes a scorer
 */
export function reproducibleWeights(architecture: ResnetArchitecture, classes = 1): StateDict {
  const shapes = resnetShapes(architecture, classes);
  return new Map([...shapes].map(([name, shape]) => [name, float32Tensor(shape, parameter(name, shape))]));
}

/** He initialisation for convolutions; batch norms that are far from the identity, weaker at the end of a block. */
function parameter(name: string, shape: readonly number[]): Float32Array {
  const count = shape.reduce((product, size) => product * size, 1);
  const [low, high] = range(name, shape);
  return reproducibleUniform(name, { count, low, high });
}

function range(name: string, shape: readonly number[]): readonly [number, number] {
  if (shape.length === 4) {
    const bound = Math.sqrt(6 / shape.slice(1).reduce((product, size) => product * size, 1));
    return [-bound, bound];
  }
  if (name.startsWith("fc.")) return [-0.098, 0.1];
  if (name.endsWith("running_var")) return [0.5, 2];
  if (name.endsWith("running_mean")) return [-0.2, 0.2];
  if (name.endsWith("bias")) return [-0.3, 0.2];
  return name.includes("bn2") ? [0.2, 0.6] : [0.6, 1.4];
}
