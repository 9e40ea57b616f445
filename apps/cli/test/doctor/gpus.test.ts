import { describe, expect, test } from "vitest";
import { listGpus, parseGpus } from "../../src/doctor/gpus.ts";

describe("parseGpus", () => {
  test("reads one GPU a line", () => {
    const csv = "0, NVIDIA H100 80GB HBM3, 81559 MiB, 550.54.15\n1, Tesla T4, 15360 MiB, 550.54.15\n";
    expect(parseGpus(csv)).toEqual([
      { index: 0, name: "NVIDIA H100 80GB HBM3", memory: "81559 MiB", driver: "550.54.15" },
      { index: 1, name: "Tesla T4", memory: "15360 MiB", driver: "550.54.15" },
    ]);
  });

  test.each([
    "",
    "No devices were found\n",
    "NVIDIA-SMI has failed, because it could not, reach, the driver",
  ])("reads no GPU from %j", (text) => {
    expect(parseGpus(text)).toEqual([]);
  });
});

test("finds no GPU without the tool", async () => {
  expect(await listGpus("/nonexistent/nvidia-smi")).toEqual([]);
});
