import { HairlineError } from "@hairline/core/errors";
import type { EngineName } from "../engine/catalogue/engine-name.ts";
import type { StateDict } from "../weights/tensor.ts";
import { openCpuTrainer } from "./onnx-runtime/cpu-trainer.ts";
import type { Trainer, TrainerSettings } from "./step/trainer.ts";
import { openThreadedTrainer } from "./threaded/threaded-trainer.ts";

export interface TrainerEngine {
  readonly engine: EngineName;
  /** Cores for the CPU engine. */
  readonly threads: number;
}

/**
 * Opens a trainer on the engine named; its work never holds the caller's event loop.
 *
 * @throws HairlineError ENGINE_UNAVAILABLE for an engine that cannot train or cannot run here
 */
export async function openTrainer(
  { engine, threads }: TrainerEngine,
  weights: StateDict,
  settings: TrainerSettings,
): Promise<Trainer> {
  switch (engine) {
    case "cpu":
      return await openCpuTrainer(weights, settings, { threads });
    case "webgpu":
    case "tfjs":
      return await openThreadedTrainer(engine, weights, settings);
    case "cuda":
    case "tensorrt":
      // onnxruntime-node has no IO binding for CUDA: 135 MB of weights and moments would cross the bus twice a step.
      throw new HairlineError("ENGINE_UNAVAILABLE", `Networks are not trained on ${engine}.`, {
        field: "HAIRLINE_ENGINE",
        remedy: "Train on webgpu, on tfjs with @tensorflow/tfjs-node-gpu, or on cpu.",
      });
  }
}
