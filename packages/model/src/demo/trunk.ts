import { fileURLToPath } from "node:url";
import { resnetShapes } from "../resnet/architecture.ts";
import { elementCount, float32Tensor, toFloat32, type StateDict, type Tensor } from "../weights/tensor.ts";
import { readWeights } from "../weights/read-weights.ts";

const ARCHITECTURE = "resnet18";
/** PyTorch adds it to every batch norm's variance, so this variance makes the norm's divisor 1. */
const UNIT_VARIANCE = 1 - 1e-5;

/** The embedding's column that is 1 for every image, and its channel 1 in every cell of layer4. */
export const CONSTANT_CHANNEL = 64;

/** Standard deviations and mean of ImageNet's channels; the trunk was trained on grey with their average. */
const CHANNEL_STD = [0.229, 0.224, 0.225] as const;
const GREY_STD = 0.226;

/**
 * The demo's trunk as a ResNet-18 with an untrained (zero) last layer. 16, 24, 40 and 64 of its channels are in
 * use, trained on synthetic radiographs by scripts/train_demo_trunk.py; the others are zero, which keeps 44 MB of
 * weights to a file of 230 kB. The file has int8 convolutions with their batch norm folded in, one scale and bias
 * for each channel. One channel more is constant, for the last layer's bias.
 *
 * @throws HairlineError WEIGHTS_UNREADABLE when the file that comes with the package is damaged
 */
export async function loadDemoTrunk(): Promise<StateDict> {
  const stored = await readWeights(fileURLToPath(new URL("./trunk.safetensors", import.meta.url)));
  const tensors = new Map<string, Tensor>();
  for (const [name, shape] of resnetShapes(ARCHITECTURE, 1)) {
    tensors.set(name, float32Tensor(shape, fill(name, shape, stored)));
  }
  return tensors;
}

function fill(name: string, shape: readonly number[], stored: StateDict): Float32Array {
  const values = new Float32Array(elementCount(shape) ?? 0);
  const kernel = stored.get(name);
  if (shape.length === 4 && kernel !== undefined) {
    const scale = stored.get(name.replace(/weight$/u, "scale"));
    if (scale !== undefined) placeKernel({ values, shape }, kernel, toFloat32(scale));
  } else if (name.endsWith("running_var")) {
    values.fill(UNIT_VARIANCE);
  } else if (shape.length === 1 && name.endsWith("weight")) {
    values.fill(1);
  } else if (kernel !== undefined) {
    values.set(toFloat32(kernel));
  }
  if (name === "layer4.1.bn2.bias") values[CONSTANT_CHANNEL] = 1;
  return values;
}

/** Puts the narrow kernel [o, i, h, w] into the first channels of the wide one, each output by its scale. */
function placeKernel(
  { values, shape }: { readonly values: Float32Array; readonly shape: readonly number[] },
  kernel: Tensor,
  scale: Float32Array,
): void {
  const [outputs = 0, inputs = 0, height = 0, width = 0] = kernel.shape;
  const [, wideInputs = 0] = shape;
  const area = height * width;
  const weights = toFloat32(kernel);
  const grey = inputs === 1;
  for (let output = 0; output < outputs; output += 1) {
    for (let input = 0; input < (grey ? wideInputs : inputs); input += 1) {
      // A grey picture repeated over RGB gives the same sum as the one grey channel it was trained on.
      const share = grey ? (CHANNEL_STD[input] ?? 0) / (CHANNEL_STD.length * GREY_STD) : 1;
      const from = (output * inputs + (grey ? 0 : input)) * area;
      const to = (output * wideInputs + input) * area;
      for (let at = 0; at < area; at += 1) values[to + at] = weights[from + at]! * scale[output]! * share;
    }
  }
}
