import { reshape, sumPerChannel } from "../arithmetic.ts";
import type { Tape } from "../tape.ts";
import { mapShape, sizeOf, type Value } from "../value.ts";
import { inputGradient } from "./convolution-input-gradient.ts";
import { weightGradient } from "./convolution-weight-gradient.ts";

export interface ConvolutionGeometry {
  readonly stride: number;
  /** Zeros on each side. */
  readonly padding: number;
}

export interface ConvolutionOptions extends ConvolutionGeometry {
  /** [N, I, H, W] */
  readonly input: Value;
  /** [O, I, K, K] */
  readonly kernel: Value;
  /** [O] */
  readonly bias?: Value;
}

/** Cross-correlation with square kernels, as PyTorch's Conv2d. */
export function convolution(tape: Tape, { input, kernel, bias, stride, padding }: ConvolutionOptions): Value {
  const [count, , height, width] = mapShape(input);
  const [channels, , size] = mapShape(kernel);
  const side = (length: number) => Math.floor((length + 2 * padding - size) / stride) + 1;
  const inputs = bias === undefined ? [input, kernel] : [input, kernel, bias];
  const output = tape.emit("Conv", inputs, {
    shape: [count, channels, side(height), side(width)],
    attributes: convolutionAttributes(size, { stride, padding }),
  });
  const geometry = { stride, padding };
  return tape.record(inputs, output, (gradient, [atInput, atKernel, atBias]) => [
    atInput === true ? inputGradient(tape, gradient, { input, kernel, ...geometry }) : undefined,
    atKernel === true ? weightGradient(tape, gradient, { input, kernel, ...geometry }) : undefined,
    atBias === true ? reshape(tape, sumPerChannel(tape, gradient), [sizeOf([channels])]) : undefined,
  ]);
}

export function convolutionAttributes(size: number, { stride, padding }: ConvolutionGeometry) {
  return {
    kernel_shape: [size, size],
    strides: [stride, stride],
    pads: [padding, padding, padding, padding],
  };
}
