import { workerData } from "node:worker_threads";
import { serveRequests, type Answer } from "@hairline/core/threads";
import { openWebgpuTrainer } from "../onnx-runtime/webgpu-trainer.ts";
import type { Trainer } from "../step/trainer.ts";
import { openTfjsTrainer } from "../tfjs/tfjs-trainer.ts";
import type { TrainerRequest, TrainerThreadData } from "./trainer-protocol.ts";

const { engine, weights, settings } = workerData as TrainerThreadData;
let trainer: Trainer | undefined;

serveRequests(async (request: TrainerRequest): Promise<Answer> => {
  trainer ??= await (engine === "webgpu" ? openWebgpuTrainer : openTfjsTrainer)(weights, settings);
  switch (request.type) {
    case "describe":
      return { value: { name: trainer.name, device: trainer.device } };
    case "step":
      return { value: await trainer.step(request.batch, request.learningRate) };
    case "gradients":
      return { value: await trainer.gradients(request.batch) };
    case "state":
      return { value: await trainer.state() };
    case "restore":
      return { value: await trainer.restore(request.state) };
    case "close":
      return { value: await trainer.close() };
  }
});
