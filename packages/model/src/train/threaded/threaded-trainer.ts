import { HairlineError } from "@hairline/core/errors";
import { ThreadPool, threadUrl } from "@hairline/core/threads";
import { refuseTelemetry } from "../../engine/refuse-telemetry.ts";
import type { StateDict } from "../../weights/tensor.ts";
import type { StepResult, Trainer, TrainerSettings, TrainerState, TrainingBatch } from "../step/trainer.ts";
import type { ThreadedEngine, TrainerRequest, TrainerThreadData } from "./trainer-protocol.ts";

type TrainerThread = ThreadPool<TrainerRequest, unknown>;

/**
 * A trainer in a thread of its own, so that the caller's event loop stays free: a step on WebGPU or TensorFlow.js holds
 * its thread from start to end.
 *
 * @throws HairlineError as opening the trainer does
 */
export async function openThreadedTrainer(
  engine: ThreadedEngine,
  weights: StateDict,
  settings: TrainerSettings,
): Promise<Trainer> {
  // The engine opens in the thread, which cannot set this for the process.
  refuseTelemetry();
  const workerData: TrainerThreadData = { engine, weights, settings };
  const thread: TrainerThread = new ThreadPool({
    url: threadUrl("./trainer-thread", import.meta.url),
    size: 1,
    workerData,
    errorWhenLost: (_reason, cause) =>
      new HairlineError("TRAINING_FAILED", `The training thread ended: ${cause.message}`, {
        remedy: "Resume the training; with too little memory, use smaller batches.",
        cause,
      }),
  });
  try {
    const named = await thread.run({ type: "describe" });
    return new ThreadedTrainer(thread, named as Pick<Trainer, "name" | "device">);
  } catch (error) {
    await thread.close();
    throw error;
  }
}

class ThreadedTrainer implements Trainer {
  readonly name: string;
  readonly device: string;
  readonly #thread: TrainerThread;

  constructor(thread: TrainerThread, { name, device }: Pick<Trainer, "name" | "device">) {
    this.#thread = thread;
    this.name = name;
    this.device = device;
  }

  async step(batch: TrainingBatch, learningRate: number): Promise<StepResult> {
    return (await this.#thread.run({ type: "step", batch, learningRate })) as StepResult;
  }

  async gradients(
    batch: TrainingBatch,
  ): Promise<StepResult & { readonly gradients: ReadonlyMap<string, Float32Array> }> {
    const answer = await this.#thread.run({ type: "gradients", batch });
    return answer as StepResult & { gradients: ReadonlyMap<string, Float32Array> };
  }

  async state(): Promise<TrainerState> {
    return (await this.#thread.run({ type: "state" })) as TrainerState;
  }

  async restore(state: TrainerState): Promise<void> {
    await this.#thread.run({ type: "restore", state });
  }

  async close(): Promise<void> {
    await this.#thread.run({ type: "close" }).catch(() => {
      // A thread that is gone has nothing left to free.
    });
    await this.#thread.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
