import { HairlineError } from "@hairline/core/errors";
import { float32Tensor, toFloat32, type StateDict, type Tensor } from "../../weights/tensor.ts";
import type { ParameterLayout } from "./parameter-layout.ts";

/** The tensors of a layout, one behind the other. @throws HairlineError WEIGHTS_TENSOR_MISSING */
export function flattenWeights(weights: StateDict, layout: ParameterLayout): Float32Array {
  const flat = new Float32Array(layout.length);
  for (const { name, offset } of layout.entries) {
    const tensor = weights.get(name);
    if (tensor === undefined)
      throw new HairlineError("WEIGHTS_TENSOR_MISSING", `The weights have no ${name}.`, { field: name });
    flat.set(toFloat32(tensor), offset);
  }
  return flat;
}

/** `weights` with the tensors of the layout replaced by those of the flat vector. */
export function unflattenWeights(
  weights: StateDict,
  layout: ParameterLayout,
  flat: Float32Array,
): ReadonlyMap<string, Tensor> {
  const result = new Map(weights);
  for (const { name, shape, offset, length } of layout.entries)
    result.set(name, float32Tensor(shape, flat.subarray(offset, offset + length)));
  return result;
}
