import { expect, test } from "vitest";
import { loadTrainingConfig } from "../../src/train/training-config.ts";

test("a worker scores unless it is told to train", () => {
  expect(loadTrainingConfig({ HAIRLINE_HOME: "/home/h" })).toEqual({
    tasks: new Set(["score"]),
    checkpointMs: 60_000,
    cacheRoot: "/home/h/cache/training",
    maxMapBytes: 16 * 1024 ** 3,
  });
  expect(loadTrainingConfig({ HAIRLINE_QUEUES: "score, train" }).tasks).toEqual(new Set(["score", "train"]));
});

test("names every bad variable at once", () => {
  const load = () => loadTrainingConfig({ HAIRLINE_QUEUES: "score,dance", HAIRLINE_CHECKPOINT_MS: "soon" });
  expect(load).toThrow(
    expect.objectContaining({ code: "BAD_CONFIG", field: "HAIRLINE_QUEUES, HAIRLINE_CHECKPOINT_MS" }),
  );
});
