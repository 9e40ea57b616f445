import { HairlineError } from "@hairline/core/errors";
import type { InferenceSession, Tensor } from "onnxruntime-node";
import { createSession, reasonOf } from "../../engine/onnx-runtime/create-session.ts";
import { loadOnnxRuntime, type Runtime } from "../../engine/onnx-runtime/load-runtime.ts";
import type { StateDict } from "../../weights/tensor.ts";
import { AVERAGE_INPUT, CLIP_INPUT, NORM_OUTPUT } from "../step/adamw-graph.ts";
import { adamwScalars } from "../step/adamw.ts";
import { averageDecayAt } from "../step/average.ts";
import { checkTrainingBatch } from "../step/batch-parts.ts";
import { requireFinite } from "../step/clip.ts";
import { flattenWeights } from "../step/flat-weights.ts";
import { gradientName, TRAINING_OUTPUTS } from "../step/graph-names.ts";
import { parameterLayout, type ParameterLayout } from "../step/parameter-layout.ts";
import type { StepResult, Trainer, TrainerSettings, TrainerState, TrainingBatch } from "../step/trainer.ts";
import { buildTrainingGraph } from "../step/training-graph.ts";
import { batchFeeds } from "./batch-feeds.ts";
import { DeviceState } from "./device-state.ts";

/** A gradient of any norm. */
const NO_LIMIT = 3.4e38;

/**
 * Trains on ONNX Runtime's WebGPU provider. Weights and moments stay in the GPU's memory; only images go there and
 * the loss comes back. Each step holds the calling thread.
 *
 * @throws HairlineError ENGINE_UNAVAILABLE without a GPU
 */
export async function openWebgpuTrainer(weights: StateDict, settings: TrainerSettings): Promise<Trainer> {
  const runtime = await loadOnnxRuntime();
  const layout = parameterLayout(settings.architecture, settings.stage);
  const averaged = settings.averageDecay !== undefined;
  const state = await DeviceState.open(runtime, layout, averaged);
  const flat = flattenWeights(weights, layout);
  const zeros = () => new Float32Array(layout.trainedLength);
  state.load({ weights: flat, first: zeros(), second: zeros(), average: averaged ? flat : undefined });
  try {
    const graph = buildTrainingGraph({ ...graphOptions(settings), results: "adamw", averaged });
    const session = await openSession(runtime, graph, state.names);
    return new WebgpuTrainer({ runtime, layout, settings, state, session });
  } catch (error) {
    await state.close();
    throw error;
  }
}

interface WebgpuParts {
  readonly runtime: Runtime;
  readonly layout: ParameterLayout;
  readonly settings: TrainerSettings;
  readonly state: DeviceState;
  readonly session: InferenceSession;
}

class WebgpuTrainer implements Trainer {
  readonly name = "onnxruntime";
  readonly device = "webgpu";
  readonly #parts: WebgpuParts;
  #gradientSession: InferenceSession | undefined;
  #step = 0;

  constructor(parts: WebgpuParts) {
    this.#parts = parts;
  }

  async step(batch: TrainingBatch, learningRate: number): Promise<StepResult> {
    const { settings, state, session } = this.#parts;
    checkTrainingBatch(batch, settings);
    const scalars = adamwScalars(settings.optimizer, learningRate, this.#step + 1);
    const averageDecay =
      settings.averageDecay === undefined
        ? {}
        : { [AVERAGE_INPUT]: averageDecayAt(settings.averageDecay, this.#step + 1) };
    const values = { ...scalars, [CLIP_INPUT]: settings.clipNorm ?? NO_LIMIT, ...averageDecay };
    const outputs = await this.#run(session, batch, values);
    const gradientNorm = outputs[NORM_OUTPUT]!.data[0] as number;
    const result = { ...resultOf(outputs, batch.count), gradientNorm };
    try {
      requireFinite(result);
    } catch (error) {
      state.discard(outputs);
      throw error;
    }
    state.replace(outputs);
    this.#step += 1;
    return result;
  }

  async gradients(
    batch: TrainingBatch,
  ): Promise<StepResult & { readonly gradients: ReadonlyMap<string, Float32Array> }> {
    const { runtime, layout, settings } = this.#parts;
    checkTrainingBatch(batch, settings);
    this.#gradientSession ??= await openSession(
      runtime,
      buildTrainingGraph({ ...graphOptions(settings), results: "gradients" }),
      [],
    );
    const outputs = await this.#run(this.#gradientSession, batch, {});
    const gradients = new Map(
      layout.entries
        .filter(({ trained }) => trained)
        .map(({ name }) => [name, Float32Array.from(outputs[gradientName(name)]!.data as Float32Array)]),
    );
    let squares = 0;
    for (const gradient of gradients.values()) for (const value of gradient) squares += value * value;
    return { ...resultOf(outputs, batch.count), gradientNorm: Math.sqrt(squares), gradients };
  }

  async state(): Promise<TrainerState> {
    return { step: this.#step, ...(await this.#parts.state.read()) };
  }

  async restore(state: TrainerState): Promise<void> {
    this.#parts.state.load(state);
    this.#step = state.step;
  }

  async close(): Promise<void> {
    await this.#parts.state.close();
    await this.#gradientSession?.release();
    await this.#parts.session.release();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #run(
    session: InferenceSession,
    batch: TrainingBatch,
    scalars: Readonly<Record<string, number>>,
  ): Promise<InferenceSession.ReturnType> {
    const { runtime, settings, state } = this.#parts;
    const feeds: Record<string, Tensor> = {
      ...state.tensors,
      ...batchFeeds(runtime, { ...batch, ...graphOptions(settings), weight: 1 / batch.count }),
    };
    for (const [name, value] of Object.entries(scalars))
      feeds[name] = new runtime.Tensor("float32", Float32Array.of(value), []);
    const known = session.inputNames.map((name) => [name, feeds[name]!] as const);
    try {
      return await session.run(Object.fromEntries(known));
    } catch (error) {
      throw new HairlineError("TRAINING_FAILED", `ONNX Runtime could not run the step: ${reasonOf(error)}`, {
        remedy: "With less memory on the GPU, use smaller batches.",
        cause: error,
      });
    }
  }
}

function graphOptions({ architecture, stage, preprocessing, batchNorm, batchSize }: TrainerSettings) {
  return { architecture, stage, preprocessing, batchNorm, count: batchSize, poolGradient: "masks" } as const;
}

/** A few scalars of the graph are computed on the CPU; everything of a map's size has a kernel for the GPU. */
function openSession(
  runtime: Runtime,
  graph: Uint8Array,
  onDevice: readonly string[],
): Promise<InferenceSession> {
  return createSession(runtime, graph, {
    provider: "webgpu",
    device: 0,
    threads: undefined,
    cpuFallback: true,
    onDevice,
  });
}

function resultOf(outputs: InferenceSession.ReturnType, count: number): Pick<StepResult, "loss" | "logits"> {
  return {
    loss: outputs[TRAINING_OUTPUTS.loss]!.data[0] as number,
    logits: (outputs[TRAINING_OUTPUTS.logits]!.data as Float32Array).slice(0, count),
  };
}
