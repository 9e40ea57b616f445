import { HairlineError } from "@hairline/core/errors";
import type { InferenceSession, Tensor } from "onnxruntime-node";
import { createSession } from "../../engine/onnx-runtime/create-session.ts";
import type { Runtime } from "../../engine/onnx-runtime/load-runtime.ts";
import { encodeOnnx } from "../../onnx/encode.ts";
import { GraphBuilder } from "../../onnx/graph-builder.ts";
import { averageName, firstMomentName, secondMomentName, updatedName } from "../step/graph-names.ts";
import type { LayoutEntry, ParameterLayout } from "../step/parameter-layout.ts";
import type { TrainerState } from "../step/trainer.ts";

type Vectors = Omit<TrainerState, "step">;

/** Where a tensor of the state comes from. */
interface Slot {
  readonly name: string;
  readonly entry: LayoutEntry;
  readonly vector: keyof Vectors;
}

/**
 * Weights and moments in the GPU's memory, between the steps that replace them. They are read through a network that
 * copies its inputs, because reading a GPU tensor directly (getData) ends the process in onnxruntime-node 1.30.
 */
export class DeviceState {
  readonly #runtime: Runtime;
  readonly #layout: ParameterLayout;
  readonly #slots: readonly Slot[];
  readonly #reader: InferenceSession;
  #tensors: Record<string, Tensor> = {};

  private constructor(
    runtime: Runtime,
    layout: ParameterLayout,
    opened: { slots: Slot[]; reader: InferenceSession },
  ) {
    this.#runtime = runtime;
    this.#layout = layout;
    this.#slots = opened.slots;
    this.#reader = opened.reader;
  }

  static async open(runtime: Runtime, layout: ParameterLayout, averaged: boolean): Promise<DeviceState> {
    const slots = slotsOf(layout, averaged);
    const reader = await createSession(runtime, copyGraph(slots), {
      provider: "webgpu",
      device: 0,
      threads: undefined,
      cpuFallback: true,
    });
    return new DeviceState(runtime, layout, { slots, reader });
  }

  /** What a step takes, by the graph's names. */
  get tensors(): Readonly<Record<string, Tensor>> {
    return this.#tensors;
  }

  /** Results of a step that stay on the device. */
  get names(): string[] {
    return this.#slots.filter(({ entry }) => entry.trained).map(({ name }) => updatedName(name));
  }

  /** @throws HairlineError CHECKPOINT_MISMATCH */
  load(vectors: Vectors): void {
    const { length, trainedLength } = this.#layout;
    const averaged = this.#slots.some(({ vector }) => vector === "average");
    const fits =
      vectors.weights.length === length &&
      vectors.first.length === trainedLength &&
      vectors.second.length === trainedLength &&
      vectors.average?.length === (averaged ? length : undefined);
    if (!fits)
      throw new HairlineError(
        "CHECKPOINT_MISMATCH",
        "The checkpoint is of another network, stage or recipe.",
      );
    const tensors = this.#slots.map(({ name, entry, vector }) => {
      const values = vectors[vector]!.slice(entry.offset, entry.offset + entry.length);
      return [name, new this.#runtime.Tensor("float32", values, entry.shape)] as const;
    });
    this.#dispose(this.#tensors);
    this.#tensors = Object.fromEntries(tensors);
  }

  /** Takes a step's results over. */
  replace(outputs: InferenceSession.ReturnType): void {
    for (const { name } of this.#slots) {
      const next = outputs[updatedName(name)];
      if (next === undefined) continue;
      const old = this.#tensors[name];
      this.#tensors[name] = next;
      if (old?.location === "gpu-buffer") old.dispose();
    }
  }

  /** Frees a step's results that are not taken over. */
  discard(outputs: InferenceSession.ReturnType): void {
    this.#dispose(outputs);
  }

  async read(): Promise<Vectors> {
    const copies = await this.#reader.run(this.#tensors);
    const { length, trainedLength } = this.#layout;
    const vectors = {
      weights: new Float32Array(length),
      first: new Float32Array(trainedLength),
      second: new Float32Array(trainedLength),
    };
    const averaged = this.#slots.some(({ vector }) => vector === "average");
    const average = averaged ? { average: new Float32Array(length) } : {};
    const all: Record<string, Float32Array> = { ...vectors, ...average };
    for (const { name, entry, vector } of this.#slots)
      all[vector]!.set(copies[updatedName(name)]!.data as Float32Array, entry.offset);
    // The average takes the running statistics as they are.
    average.average?.set(vectors.weights.subarray(trainedLength), trainedLength);
    return { ...vectors, ...average };
  }

  async close(): Promise<void> {
    this.#dispose(this.#tensors);
    this.#tensors = {};
    await this.#reader.release();
  }

  #dispose(tensors: Readonly<Record<string, Tensor>>): void {
    for (const tensor of Object.values(tensors)) if (tensor.location === "gpu-buffer") tensor.dispose();
  }
}

function slotsOf({ entries }: ParameterLayout, averaged: boolean): Slot[] {
  const trained = entries.filter((entry) => entry.trained);
  const of = (vector: keyof Vectors, naming: (name: string) => string, list: readonly LayoutEntry[]) =>
    list.map((entry) => ({ name: naming(entry.name), entry, vector }));
  return [
    ...of("weights", (name) => name, entries),
    ...of("first", firstMomentName, trained),
    ...of("second", secondMomentName, trained),
    ...(averaged ? of("average", averageName, trained) : []),
  ];
}

function copyGraph(slots: readonly Slot[]): Uint8Array {
  const graph = new GraphBuilder("copy");
  for (const { name, entry } of slots) {
    const input = graph.input({ name, type: "float32", shape: entry.shape });
    const output = graph.node({ operator: "Identity", inputs: [input], output: updatedName(name) });
    graph.output({ name: output, type: "float32", shape: entry.shape });
  }
  return encodeOnnx(graph.build());
}
