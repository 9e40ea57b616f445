import { describe, expect, it } from "vitest";
import { planThreads } from "../src/plan-threads.ts";

const auto = { batchSize: undefined, decodeThreads: undefined, inferThreads: undefined };

describe("planThreads", () => {
  it("keeps what was set and chooses the rest", () => {
    const chosen = planThreads({ ...auto, cores: 4 });
    expect(planThreads({ ...auto, cores: 4, decodeThreads: 3 })).toEqual({ ...chosen, decodeThreads: 3 });
    expect(planThreads({ cores: 4, batchSize: 1, decodeThreads: 2, inferThreads: 3 })).toEqual({
      batchSize: 1,
      decodeThreads: 2,
      inferThreads: 3,
    });
  });

  it.each([1, 2, 4, 16, 128])(
    "uses all of %i cores for inference and at least one thread to decode",
    (cores) => {
      const { decodeThreads, inferThreads } = planThreads({ ...auto, cores });
      expect(inferThreads).toBe(cores);
      expect(decodeThreads).toBeGreaterThanOrEqual(1);
      expect(decodeThreads).toBeLessThanOrEqual(cores);
    },
  );
});
