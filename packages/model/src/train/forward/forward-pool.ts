import { HairlineError } from "@hairline/core/errors";
import { ThreadPool, threadUrl } from "@hairline/core/threads";
import type { Preprocessing } from "@hairline/imaging/preprocess";
import { refuseTelemetry } from "../../engine/refuse-telemetry.ts";
import { buildResnetGraph } from "../../resnet/build-graph.ts";
import { storedMapShape } from "../../resnet/architecture.ts";
import { buildMapsGraph, buildTailGraph, MAPS } from "../../resnet/build-part-graphs.ts";
import { GRAPH_INPUT, GRAPH_OUTPUTS } from "../../resnet/graph-interface.ts";
import { identifyResnet } from "../../resnet/identify.ts";
import type { StateDict } from "../../weights/tensor.ts";
import type { ForwardBatch, ForwardThreadData } from "./forward-protocol.ts";

/** What is computed of an image, or of its maps. */
export type ForwardTask = "embedding" | "logit" | "maps" | "logit-of-maps";

export interface ForwardPoolOptions {
  readonly weights: StateDict;
  readonly preprocessing: Preprocessing;
  readonly task: ForwardTask;
  /** Sessions of one thread each. */
  readonly threads: number;
}

/**
 * Runs a network, or a part of it, forward in threads: no call holds up the event loop. An image gives the same bits
 * whatever its thread.
 */
export class ForwardPool implements AsyncDisposable {
  readonly size: number;
  readonly #pool: ThreadPool<ForwardBatch, Float32Array>;

  /** @throws HairlineError WEIGHTS_* when the weights are no scorer's or not finite */
  constructor({ weights, preprocessing, task, threads }: ForwardPoolOptions) {
    // Sessions open in threads, which cannot set this for the process.
    refuseTelemetry();
    this.size = threads;
    this.#pool = new ThreadPool({
      url: threadUrl("./forward-thread", import.meta.url),
      size: threads,
      workerData: threadData(weights, preprocessing, task),
      errorWhenLost: (_reason, cause) =>
        new HairlineError("TRAINING_FAILED", `A thread of the network ended: ${cause.message}`, {
          remedy: "Resume the training; with less memory, use fewer cores.",
          cause,
        }),
    });
  }

  /** [count] logits, [count × 512] embeddings, or the maps of each image one behind the other. */
  run(batch: ForwardBatch, signal?: AbortSignal): Promise<Float32Array> {
    return this.#pool.run(batch, signal === undefined ? {} : { signal });
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function threadData(weights: StateDict, preprocessing: Preprocessing, task: ForwardTask): ForwardThreadData {
  const resnet = identifyResnet(weights);
  const { inputSize } = preprocessing;
  const pixels = { name: GRAPH_INPUT, kind: "pixels", size: inputSize } as const;
  switch (task) {
    case "maps":
      return { graph: buildMapsGraph(resnet, preprocessing), input: pixels, output: MAPS };
    case "logit-of-maps":
      return {
        graph: buildTailGraph(resnet, preprocessing),
        input: { name: MAPS, kind: "maps", shape: storedMapShape(inputSize) },
        output: GRAPH_OUTPUTS.logit,
      };
    case "embedding":
    case "logit":
      return {
        graph: buildResnetGraph(resnet, preprocessing),
        input: pixels,
        output: GRAPH_OUTPUTS[task],
      };
  }
}
