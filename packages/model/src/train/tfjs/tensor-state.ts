import { HairlineError } from "@hairline/core/errors";
import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tfjs } from "../../engine/tfjs/load-backend.ts";
import type { LayoutEntry, ParameterLayout } from "../step/parameter-layout.ts";

/** A flat vector of the layout as tensors by name, kernels as [K, K, I, O], and back. */
export class TensorVector {
  readonly #tf: Tfjs;
  readonly #entries: readonly LayoutEntry[];
  readonly #length: number;
  readonly #tensors = new Map<string, Tensor>();

  /** @param part all tensors of the layout, or those that are trained */
  constructor(tf: Tfjs, layout: ParameterLayout, part: "all" | "trained") {
    this.#tf = tf;
    this.#entries = layout.entries.filter(({ trained }) => part === "all" || trained);
    this.#length = part === "all" ? layout.length : layout.trainedLength;
    this.load(new Float32Array(this.#length));
  }

  get tensors(): ReadonlyMap<string, Tensor> {
    return this.#tensors;
  }

  /** @throws HairlineError CHECKPOINT_MISMATCH */
  load(flat: Float32Array): void {
    this.requireFits(flat);
    const tf = this.#tf;
    for (const { name, shape, offset, length } of this.#entries) {
      const values = flat.slice(offset, offset + length);
      this.replace(
        name,
        tf.tidy(() => {
          const tensor: Tensor = tf.tensor(values, [...shape]);
          return shape.length === 4 ? tf.transpose(tensor, [2, 3, 1, 0]) : tensor;
        }),
      );
    }
  }

  /** @throws HairlineError CHECKPOINT_MISMATCH */
  requireFits(flat: Float32Array | undefined): void {
    if (flat?.length === this.#length) return;
    throw new HairlineError("CHECKPOINT_MISMATCH", "The checkpoint is of another network, stage or recipe.");
  }

  async read(): Promise<Float32Array> {
    const flat = new Float32Array(this.#length);
    for (const { name, offset } of this.#entries)
      flat.set(await readTensor(this.#tf, this.#tensors.get(name)!), offset);
    return flat;
  }

  /** Takes the tensor over and frees the one before. */
  replace(name: string, tensor: Tensor): void {
    this.#tensors.get(name)?.dispose();
    this.#tensors.set(name, this.#tf.keep(tensor));
  }

  dispose(): void {
    for (const tensor of this.#tensors.values()) tensor.dispose();
    this.#tensors.clear();
  }
}

/** In PyTorch's order of axes; a copy, since a backend may give a view on its own memory. */
export async function readTensor(tf: Tfjs, tensor: Tensor): Promise<Float32Array> {
  if (tensor.rank !== 4) return Float32Array.from(await tensor.data());
  const torch = tf.tidy(() => tf.transpose(tensor, [3, 2, 0, 1]));
  try {
    return Float32Array.from(await torch.data());
  } finally {
    torch.dispose();
  }
}
