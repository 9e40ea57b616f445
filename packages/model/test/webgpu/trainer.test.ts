import { beforeAll } from "vitest";
import { openWebgpuTrainer } from "@hairline/model/train";
import { describeTrainer } from "../train/step/contract.ts";

beforeAll(() => {
  const problem = process.env["HAIRLINE_TEST_NO_VULKAN"];
  if (problem !== undefined) throw new Error(`There is no software Vulkan driver: ${problem}`);
});

/** ONNX Runtime on WebGPU: a CPU stands in for the GPU, so the smallest whole network has to do. */
describeTrainer({
  open: openWebgpuTrainer,
  cases: ({ size }) => size === 75,
});
