import { openCpuTrainer } from "@hairline/model/train";
import { describeTrainer } from "./contract.ts";

/** ONNX Runtime on the CPU, the batch shared by two threads. */
describeTrainer({
  open: (weights, settings) => openCpuTrainer(weights, settings, { threads: 2 }),
});
