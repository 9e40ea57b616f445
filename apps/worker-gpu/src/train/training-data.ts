import type { PlannedImage } from "@hairline/core/training";
import type { BatchInputs } from "@hairline/model/train";

/** Inputs of one side of a training, by the images' places. */
export interface ImageSource {
  /** Inputs of those images, in that order; `epoch` draws the augmentation where there is one. */
  load(indices: Int32Array, epoch: number): Promise<BatchInputs>;
}

/** The images of one side, in the order of their object keys. */
export interface SideImages {
  readonly images: readonly PlannedImage[];
  /** [n] */
  readonly labels: Float32Array;
}

export function sideOf(images: readonly PlannedImage[], validation: boolean): SideImages {
  const own = images.filter((image) => image.errorCode === null && image.validation === validation);
  return { images: own, labels: Float32Array.from(own, ({ label }) => label) };
}

/** The places 0 to count − 1 in batches of a size. */
export function* batchesOf(count: number, size: number): Generator<Int32Array, void, undefined> {
  for (let from = 0; from < count; from += size)
    yield Int32Array.from({ length: Math.min(size, count - from) }, (_, at) => from + at);
}
