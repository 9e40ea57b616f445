import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { ScoringActivity } from "../src/activity.ts";
import { BatchRoom } from "../src/pipeline/batch-room.ts";

test("tells of the oldest shard at hand, of every image, and of the batch size of the moment", async () => {
  const room = new BatchRoom(32);
  const activity = new ScoringActivity(room);
  expect(activity.read()).toEqual({ images: 0, batchSize: 32, shard: undefined });

  const first = { runId: randomUUID(), ordinal: 0 };
  const second = { runId: randomUUID(), ordinal: 5 };
  let end = () => {};
  const holding = activity.holding(first, () => new Promise<void>((resolve) => (end = resolve)));
  await activity.holding(second, async () => {
    expect(activity.read().shard).toEqual(first);
    end();
    await holding;
    expect(activity.read().shard).toEqual(second);
  });
  activity.countImages(32);
  activity.countImages(7);
  room.shrinkTo(16);
  expect(activity.read()).toEqual({ images: 39, batchSize: 16, shard: undefined });
});

test("lets go of a shard that failed", async () => {
  const activity = new ScoringActivity(new BatchRoom(8));
  const failing = () =>
    activity.holding({ runId: randomUUID(), ordinal: 0 }, () => Promise.reject(new Error("no")));
  await expect(failing()).rejects.toThrow("no");
  expect(activity.read().shard).toBeUndefined();
});
