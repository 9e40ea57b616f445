import { matmul, reshape, transpose } from "../arithmetic.ts";
import type { Tape } from "../tape.ts";
import { mapShape, sizeOf, type Value } from "../value.ts";
import type { ConvolutionGeometry } from "./convolution.ts";

/** From this side on, the reversed kernel is faster on ONNX Runtime's CPU provider than ConvTranspose. */
const REVERSED_KERNEL_SIDE = 28;

export interface ConvolutionInputs extends ConvolutionGeometry {
  readonly input: Value;
  readonly kernel: Value;
}

/** The gradient at a convolution's input: the gradient spread over each kernel's window. */
export function inputGradient(tape: Tape, gradient: Value, options: ConvolutionInputs): Value {
  const { input, kernel, stride, padding } = options;
  const [, , side] = mapShape(gradient);
  if (stride === 1 && side >= REVERSED_KERNEL_SIDE) return reversedConvolution(tape, gradient, options);
  const [, , height] = mapShape(input);
  const [, , size] = mapShape(kernel);
  const rest = height - ((side - 1) * stride - 2 * padding + size);
  return tape.emit("ConvTranspose", [gradient, kernel], {
    shape: input.shape,
    attributes: {
      kernel_shape: [size, size],
      strides: [stride, stride],
      pads: [padding, padding, padding, padding],
      output_padding: [rest, rest],
    },
  });
}

/** A stride of 1: convolution with the kernels turned by 180° and their channels exchanged. */
function reversedConvolution(
  tape: Tape,
  gradient: Value,
  { input, kernel, padding }: ConvolutionInputs,
): Value {
  const [outputs, inputs, size] = mapShape(kernel);
  const margin = size - 1 - padding;
  const exchanged = transpose(tape, turned(tape, kernel), [1, 0, 2, 3]);
  return tape.emit("Conv", [gradient, { ...exchanged, shape: [inputs, outputs, size, size] }], {
    shape: input.shape,
    attributes: { kernel_shape: [size, size], pads: [margin, margin, margin, margin] },
  });
}

/** By a product with a permutation: a Slice with negative steps is slow on the CPU provider. */
function turned(tape: Tape, kernel: Value): Value {
  const [outputs, inputs, size] = mapShape(kernel);
  if (size === 1) return kernel;
  const taps = size * size;
  const reversal = Array.from({ length: taps * taps }, (_, index) =>
    Math.floor(index / taps) + (index % taps) === taps - 1 ? 1 : 0,
  );
  const flat = reshape(tape, kernel, [outputs * inputs, taps]);
  const product = matmul(tape, flat, tape.floats([taps, taps], reversal));
  return reshape(tape, { ...product, shape: [sizeOf(product.shape)] }, kernel.shape);
}
