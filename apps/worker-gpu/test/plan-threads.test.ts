import { describe, expect, it } from "vitest";
import { planThreads } from "../src/plan-threads.ts";

const auto = { libuvThreads: 4, batchSize: undefined, decodeThreads: undefined, inferThreads: undefined };

describe("planThreads", () => {
  it.each([
    [1, { batchSize: 8, decodeThreads: 1, engines: 1, threadsPerEngine: 1 }],
    [2, { batchSize: 8, decodeThreads: 1, engines: 2, threadsPerEngine: 1 }],
    [4, { batchSize: 8, decodeThreads: 2, engines: 4, threadsPerEngine: 1 }],
    [8, { batchSize: 8, decodeThreads: 4, engines: 8, threadsPerEngine: 1 }],
    // Nine threads: eight engines at most, so two threads each, and five engines hold nine of them.
    [9, { batchSize: 8, decodeThreads: 5, engines: 5, threadsPerEngine: 2 }],
    [16, { batchSize: 8, decodeThreads: 8, engines: 8, threadsPerEngine: 2 }],
    [128, { batchSize: 8, decodeThreads: 64, engines: 8, threadsPerEngine: 16 }],
  ])("shares out %i cores", (cores, plan) => {
    expect(planThreads({ ...auto, cores })).toEqual(plan);
  });

  it.each(["webgpu", "cuda", "tensorrt", "tfjs"] as const)(
    "gives %s one engine and the cores to decode",
    (engine) => {
      const plan = { batchSize: 32, decodeThreads: 6, engines: 1, threadsPerEngine: 1 };
      expect(planThreads({ ...auto, cores: 6 }, engine)).toEqual(plan);
      expect(planThreads({ ...auto, cores: 6, batchSize: 4, decodeThreads: 2 }, engine)).toEqual({
        ...plan,
        batchSize: 4,
        decodeThreads: 2,
      });
    },
  );

  it("keeps what was set and chooses the rest", () => {
    expect(planThreads({ ...auto, cores: 4, batchSize: 32, decodeThreads: 3 })).toEqual({
      batchSize: 32,
      decodeThreads: 3,
      engines: 4,
      threadsPerEngine: 1,
    });
    expect(planThreads({ ...auto, cores: 4, inferThreads: 1 })).toMatchObject({
      engines: 1,
      decodeThreads: 2,
    });
  });
});
