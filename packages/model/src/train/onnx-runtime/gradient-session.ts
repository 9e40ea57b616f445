import { HairlineError } from "@hairline/core/errors";
import type { InferenceSession, Tensor } from "onnxruntime-node";
import { createSession, reasonOf } from "../../engine/onnx-runtime/create-session.ts";
import { loadOnnxRuntime, type Runtime } from "../../engine/onnx-runtime/load-runtime.ts";
import { gradientName, TRAINING_OUTPUTS, updatedName } from "../step/graph-names.ts";
import { parameterLayout, type ParameterLayout } from "../step/parameter-layout.ts";
import { buildTrainingGraph } from "../step/training-graph.ts";
import { batchFeeds } from "./batch-feeds.ts";
import type { GradientRequest, GradientResponse, StepThreadData } from "./step-protocol.ts";

/**
 * The training graph on ONNX Runtime's CPU provider. It works on private copies of weights and gradients, because
 * Node-API takes no views of shared memory: 45 MB in and out in each step, 10 ms of some 700.
 */
export class GradientSession {
  readonly #options: StepThreadData["graph"];
  readonly #layout: ParameterLayout;
  readonly #runtime: Runtime;
  readonly #session: InferenceSession;
  readonly #weights: Float32Array;
  readonly #gradient: Float32Array;
  readonly #feeds: Record<string, Tensor> = {};
  readonly #fetches: Record<string, Tensor | null> = {};

  private constructor(options: StepThreadData["graph"], runtime: Runtime, session: InferenceSession) {
    this.#options = options;
    this.#layout = parameterLayout(options.architecture, options.stage);
    this.#runtime = runtime;
    this.#session = session;
    this.#weights = new Float32Array(this.#layout.length);
    this.#gradient = new Float32Array(this.#layout.trainedLength);
    this.#bind();
  }

  /** @throws HairlineError ENGINE_UNAVAILABLE, MODEL_DAMAGED */
  static async open(options: StepThreadData["graph"], threads: number): Promise<GradientSession> {
    const runtime = await loadOnnxRuntime();
    const graph = buildTrainingGraph({ ...options, results: "gradients", poolGradient: "indices" });
    const session = await createSession(runtime, graph, { provider: "cpu", device: 0, threads });
    return new GradientSession(options, runtime, session);
  }

  /**
   * Loss and gradients of a part of a batch.
   * @param weights read before the run
   * @param into receives the gradients
   */
  async run(request: GradientRequest, weights: Float32Array, into: Float32Array): Promise<GradientResponse> {
    this.#weights.set(weights);
    const count = request.labels.length;
    const outputs = await this.#run({
      ...this.#feeds,
      ...batchFeeds(this.#runtime, { ...this.#options, ...request }),
    });
    into.set(this.#gradient);
    const loss = outputs[TRAINING_OUTPUTS.loss]!.data[0] as number;
    const logits = (outputs[TRAINING_OUTPUTS.logits]!.data as Float32Array).slice(0, count);
    if (this.#options.batchNorm === "frozen") return { loss, logits };
    return { loss, logits, statistics: this.#statistics(outputs) };
  }

  close(): Promise<void> {
    return this.#session.release();
  }

  /** Weights and gradients are read and written in place, so that no step allocates them. */
  #bind(): void {
    const { Tensor: OrtTensor } = this.#runtime;
    for (const { name, shape, offset, length, trained } of this.#layout.entries) {
      this.#feeds[name] = new OrtTensor("float32", this.#weights.subarray(offset, offset + length), shape);
      if (!trained) continue;
      const part = this.#gradient.subarray(offset, offset + length);
      this.#fetches[gradientName(name)] = new OrtTensor("float32", part, shape);
    }
    for (const name of this.#session.outputNames) this.#fetches[name] ??= null;
    // Frozen statistics are folded in; a batch's own need only those that are updated: feed what the graph has.
    const known = new Set(this.#session.inputNames);
    for (const name of Object.keys(this.#feeds)) if (!known.has(name)) delete this.#feeds[name];
  }

  async #run(feeds: Record<string, Tensor>): Promise<InferenceSession.ReturnType> {
    try {
      return await this.#session.run(feeds, this.#fetches);
    } catch (error) {
      throw new HairlineError("TRAINING_FAILED", `ONNX Runtime could not run the step: ${reasonOf(error)}`, {
        cause: error,
      });
    }
  }

  #statistics(outputs: InferenceSession.ReturnType): Float32Array {
    const { entries, trainedLength, length } = this.#layout;
    const statistics = new Float32Array(length - trainedLength);
    for (const { name, offset, trained } of entries) {
      const value = trained ? undefined : outputs[updatedName(name)];
      if (value !== undefined) statistics.set(value.data as Float32Array, offset - trainedLength);
    }
    return statistics;
  }
}
