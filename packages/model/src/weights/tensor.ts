import { HairlineError } from "@hairline/core/errors";
import { bfloat16ToFloat32, float16ToFloat32 } from "./half.ts";

export const ELEMENT_BYTES = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
} as const;

export type ElementType = keyof typeof ELEMENT_BYTES;

/** A dense array as it lies in a weights file. */
export interface Tensor {
  readonly type: ElementType;
  /** Sizes of the axes; `[]` is a scalar. */
  readonly shape: readonly number[];
  /** Row-major (C-contiguous), little-endian elements: product of `shape` times the element's size. */
  readonly bytes: Uint8Array;
}

/** Parameters and buffers of a network by name, in file order. */
export type StateDict = ReadonlyMap<string, Tensor>;

/** Number of elements of a shape; `undefined` when an axis is not a natural number or the product exceeds 2^53. */
export function elementCount(shape: readonly number[]): number | undefined {
  let count = 1;
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || size < 0) return undefined;
    count *= size;
  }
  return Number.isSafeInteger(count) ? count : undefined;
}

/**
 * A float32 tensor over a copy of `values`.
 *
 * @throws HairlineError BAD_SHAPE when `values` has another length than the shape's product
 */
export function float32Tensor(shape: readonly number[], values: ArrayLike<number>): Tensor {
  if (elementCount(shape) !== values.length)
    throw new HairlineError(
      "BAD_SHAPE",
      `${values.length} values do not fill the shape [${shape.join(", ")}].`,
    );
  return { type: "float32", shape: [...shape], bytes: new Uint8Array(new Float32Array(values).buffer) };
}

/**
 * The elements as numbers: float16, bfloat16, integers and booleans are exact in float32 or rounded to nearest,
 * float64 is rounded to nearest. The result never shares memory with the tensor.
 */
export function toFloat32(tensor: Tensor): Float32Array {
  const { buffer } = new Uint8Array(tensor.bytes);
  switch (tensor.type) {
    case "float32":
      return new Float32Array(buffer);
    case "float64":
      return new Float32Array(new Float64Array(buffer));
    case "float16":
      return float16ToFloat32(new Uint16Array(buffer));
    case "bfloat16":
      return bfloat16ToFloat32(new Uint16Array(buffer));
    case "int64":
      return Float32Array.from(new BigInt64Array(buffer), Number);
    case "int32":
      return new Float32Array(new Int32Array(buffer));
    case "int16":
      return new Float32Array(new Int16Array(buffer));
    case "int8":
      return new Float32Array(new Int8Array(buffer));
    case "uint8":
    case "bool":
      return new Float32Array(new Uint8Array(buffer));
  }
}
