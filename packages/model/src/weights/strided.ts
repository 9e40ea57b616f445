import { unreadable } from "./failure.ts";
import { WEIGHTS_LIMITS } from "./limits.ts";
import type { TensorReference } from "./pickle/values.ts";
import { ELEMENT_BYTES, elementCount, type Tensor } from "./tensor.ts";

/**
 * The elements of a strided view, row-major and copied, so that the storage can be freed.
 *
 * @param name for the error
 * @param storage the bytes of `view.storage`
 * @throws HairlineError WEIGHTS_UNREADABLE when the view leaves its storage or has too many elements
 */
export function gatherTensor(name: string, view: TensorReference, storage: Uint8Array): Tensor {
  const size = ELEMENT_BYTES[view.storage.type];
  const count = checkedCount(name, view, Math.floor(storage.length / size));
  const bytes = new Uint8Array(count * size);
  if (isContiguous(view)) bytes.set(storage.subarray(view.offset * size, view.offset * size + bytes.length));
  else gather(view, { from: storage, to: bytes, size, count });
  return { type: view.storage.type, shape: view.shape, bytes };
}

function checkedCount(name: string, view: TensorReference, available: number): number {
  const count = elementCount(view.shape);
  if (
    count === undefined ||
    view.shape.length > WEIGHTS_LIMITS.tensorAxes ||
    view.strides.length !== view.shape.length
  )
    throw unreadable(`Tensor ${name} has a malformed shape.`);
  if (count * ELEMENT_BYTES[view.storage.type] > WEIGHTS_LIMITS.tensorBytes)
    throw unreadable(`Tensor ${name} has ${count} elements, more than any supported network.`);
  let last = view.offset;
  view.shape.forEach((length, axis) => (last += (length - 1) * (view.strides[axis] ?? 0)));
  if (count > 0 && last >= available) throw unreadable(`Tensor ${name} reads past the end of its storage.`);
  return count;
}

function isContiguous({ shape, strides }: TensorReference): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= shape[axis] ?? 1;
  }
  return true;
}

interface Copy {
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  readonly size: number;
  readonly count: number;
}

/** Counts through the index like an odometer, last axis fastest. */
function gather({ shape, strides, offset }: TensorReference, { from, to, size, count }: Copy): void {
  const index = shape.map(() => 0);
  let source = offset;
  for (let element = 0; element < count; element += 1) {
    for (let byte = 0; byte < size; byte += 1) to[element * size + byte] = from[source * size + byte] ?? 0;
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      const stride = strides[axis] ?? 0;
      index[axis] = (index[axis] ?? 0) + 1;
      source += stride;
      if ((index[axis] ?? 0) < (shape[axis] ?? 0)) break;
      source -= stride * (shape[axis] ?? 0);
      index[axis] = 0;
    }
  }
}
