import { concat, matmul, pad, reshape, slice, sum, transpose } from "../arithmetic.ts";
import type { Tape } from "../tape.ts";
import { mapShape, type Value } from "../value.ts";
import type { ConvolutionInputs } from "./convolution-input-gradient.ts";

/** Below this many input channels, the products over them are too thin to be fast. */
const THIN_CHANNELS = 16;

/**
 * The gradient at a convolution's kernels: each tap's product of the output's gradient with the input under that
 * tap, summed over images and positions.
 */
export function weightGradient(tape: Tape, gradient: Value, options: ConvolutionInputs): Value {
  const [, inputs, size] = mapShape(options.kernel);
  if (size === 1) return pointwise(tape, gradient, options);
  return inputs < THIN_CHANNELS ? swapped(tape, gradient, options) : tapByTap(tape, gradient, options);
}

/** One tap: a product of matrices per image, summed. */
function pointwise(tape: Tape, gradient: Value, { input, kernel, stride }: ConvolutionInputs): Value {
  const [count, outputs, side] = mapShape(gradient);
  const [, inputs] = mapShape(input);
  const reach = (side - 1) * stride + 1;
  const under =
    stride === 1
      ? input
      : slice(tape, input, { axes: [2, 3], starts: [0, 0], ends: [reach, reach], steps: [stride, stride] });
  const left = reshape(tape, gradient, [count, outputs, side * side]);
  const right = transpose(tape, reshape(tape, under, [count, inputs, side * side]), [0, 2, 1]);
  return reshape(tape, sum(tape, matmul(tape, left, right), [0]), kernel.shape);
}

/**
 * One product of matrices for each tap, over all images: [O, N P²] × [N P², I]. The input is laid out with channels
 * last once, so that every tap is a strided view of it. 2 to 7 times faster than the swapped convolution.
 */
function tapByTap(tape: Tape, gradient: Value, options: ConvolutionInputs): Value {
  const { input, kernel, stride, padding } = options;
  const [count, outputs, side] = mapShape(gradient);
  const [, inputs, height] = mapShape(input);
  const [, , size] = mapShape(kernel);
  const reach = (side - 1) * stride + size;
  const behind = Math.max(0, reach - height - padding);
  const before = [0, padding, padding, 0];
  const after = [0, behind, behind, 0];
  const padded = pad(tape, transpose(tape, input, [0, 2, 3, 1]), [...before, ...after]);
  const positions = count * side * side;
  const left = reshape(tape, transpose(tape, gradient, [1, 0, 2, 3]), [outputs, positions]);
  const span = (side - 1) * stride + 1;
  const taps: Value[] = [];
  for (let row = 0; row < size; row += 1)
    for (let column = 0; column < size; column += 1) {
      const under = slice(tape, padded, {
        axes: [1, 2],
        starts: [row, column],
        ends: [row + span, column + span],
        steps: [stride, stride],
      });
      const product = matmul(tape, left, reshape(tape, under, [positions, inputs]));
      taps.push(reshape(tape, product, [1, outputs, inputs]));
    }
  const stacked = transpose(tape, concat(tape, taps, 0), [1, 2, 0]);
  return reshape(tape, stacked, kernel.shape);
}

/** A convolution of the input by the gradient, images and channels exchanged; strides become dilations. */
function swapped(tape: Tape, gradient: Value, options: ConvolutionInputs): Value {
  const { input, kernel, stride, padding } = options;
  const [, outputs, side] = mapShape(gradient);
  const [, inputs, height] = mapShape(input);
  const [, , size] = mapShape(kernel);
  const exchanged = [input, gradient].map((value) => transpose(tape, value, [1, 0, 2, 3]));
  const extent = height + 2 * padding - (side - 1) * stride;
  const result = tape.emit("Conv", exchanged, {
    shape: [inputs, outputs, extent, extent],
    attributes: {
      kernel_shape: [side, side],
      pads: [padding, padding, padding, padding],
      dilations: [stride, stride],
    },
  });
  const taps =
    extent === size
      ? result
      : slice(tape, result, { axes: [2, 3], starts: [0, 0], ends: [size, size], steps: [1, 1] });
  return transpose(tape, taps, [1, 0, 2, 3]);
}
