import { reshape } from "../arithmetic.ts";
import type { Tape } from "../tape.ts";
import { mapShape, sizeOf, type Value } from "../value.ts";
import { maskedGradient } from "./max-pool-masked-gradient.ts";

/** torchvision's only one. */
export const POOL = { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] } as const;

export interface MaxPoolOptions {
  /** `indices`: added at the winners' places (CPU); `masks`: for WebGPU, whose MaxPool gives no indices. */
  readonly gradient: "indices" | "masks";
}

/** 3 × 3, stride 2, padding 1. Of equal values, as on a black border, the first of the window wins, as in PyTorch. */
export function maxPool(tape: Tape, input: Value, options: MaxPoolOptions): Value {
  const [count, channels, height, width] = mapShape(input);
  const side = (length: number) => Math.floor((length - 1) / 2) + 1;
  const shape = [count, channels, side(height), side(width)];
  if (options.gradient === "masks") {
    const output = tape.emit("MaxPool", [input], { shape, attributes: POOL });
    return tape.record([input], output, (gradient) => [maskedGradient(tape, gradient, { input, output })]);
  }
  const winners = tape.name("winners");
  const output = tape.emit("MaxPool", [input], { shape, attributes: POOL, secondOutput: winners });
  return tape.record([input], output, (gradient) => {
    const size = sizeOf(input.shape);
    const zeros = tape.emit("Expand", [tape.scalar(0), tape.integers([size])], { shape: [size] });
    const indices = reshape(tape, { name: winners, shape }, [sizeOf(shape)]);
    const updates = reshape(tape, gradient, [sizeOf(shape)]);
    const scattered = scatterAdd(tape, zeros, { indices, updates });
    return [reshape(tape, scattered, input.shape)];
  });
}

function scatterAdd(
  tape: Tape,
  into: Value,
  { indices, updates }: { indices: Value; updates: Value },
): Value {
  return tape.emit("ScatterElements", [into, indices, updates], {
    shape: into.shape,
    attributes: { axis: 0, reduction: { text: "add" } },
  });
}
