import { HairlineError } from "@hairline/core/errors";
import type { InferenceResult, PixelBatch } from "@hairline/model/engine";
import { describe, expect, it } from "vitest";
import type { BatchMember } from "../../src/pipeline/batch.ts";
import { BatchRoom } from "../../src/pipeline/batch-room.ts";
import { inferBatch } from "../../src/pipeline/infer-batch.ts";

/** One grey pixel whose value is the image's id, and a network that returns it as the logit. */
const members = (...imageIds: number[]): BatchMember[] =>
  imageIds.map((imageId) => ({ imageId, pixels: { channels: 1, size: 1, data: Uint8Array.of(imageId) } }));

const echo = ({ data, count }: PixelBatch): InferenceResult => ({
  logits: Float32Array.from(data),
  cams: new Float32Array(count * 2).map((_, index) => index % 2),
  camHeight: 1,
  camWidth: 2,
  embeddings: new Float32Array(count),
});

/** Room for more images than any test has. */
const options = () => ({ alphas: [0.5], keepEmbeddings: false, room: new BatchRoom(32) });

/** A device with room for so many images at once, the sizes it was given, and what it told of its room. */
function smallDevice(capacity: number, planned: number) {
  const sizes: number[] = [];
  const told: number[] = [];
  const infer = async (batch: PixelBatch) => {
    sizes.push(batch.count);
    if (batch.count <= capacity) return echo(batch);
    throw new HairlineError("INFERENCE_FAILED", "out of memory");
  };
  const room = new BatchRoom(planned, (size) => told.push(size));
  return { sizes, told, options: { ...options(), infer, room } };
}

describe("inferBatch", () => {
  it("runs a batch once when it passes", async () => {
    const sizes: number[] = [];
    const outcome = await inferBatch(members(1, 2, 3), {
      ...options(),
      infer: async (batch) => {
        sizes.push(batch.count);
        return echo(batch);
      },
    });
    expect(sizes).toEqual([3]);
    expect(outcome.predictions.map(({ imageId, logit }) => [imageId, logit])).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
  });

  it("finds the one image the network fails on and keeps all others", async () => {
    const outcome = await inferBatch(members(1, 2, 3, 4, 5), {
      ...options(),
      infer: async (batch) => {
        const failed = batch.data.indexOf(4);
        if (failed < 0) return echo(batch);
        throw new HairlineError("INFERENCE_FAILED", "The network gave NaN.", { field: `image ${failed}` });
      },
    });
    expect(outcome.predictions.map(({ imageId }) => imageId)).toEqual([1, 2, 3, 5]);
    expect(outcome.rejections).toEqual([
      { imageId: 4, code: "INFERENCE_FAILED", message: "The network gave NaN." },
    ]);
  });

  it("gets around a device that has room for two images only", async () => {
    const { options: device } = smallDevice(2, 8);
    const outcome = await inferBatch(members(1, 2, 3, 4, 5), device);
    expect(outcome.predictions.map(({ imageId }) => imageId)).toEqual([1, 2, 3, 4, 5]);
    expect(outcome.rejections).toEqual([]);
  });

  it.each([
    // 8 fails, 4 fails, 2 passes: what is left goes in twos, and so does the next batch.
    { capacity: 2, sizes: [8, 4, 2, 2, 2, 2], told: [2], next: [2, 2, 2, 2] },
    { capacity: 3, sizes: [8, 4, 2, 2, 2, 2], told: [2], next: [2, 2, 2, 2] },
    { capacity: 4, sizes: [8, 4, 4], told: [4], next: [4, 4] },
    { capacity: 1, sizes: [8, 4, 2, 1, 1, 1, 1, 1, 1, 1, 1], told: [1], next: [1, 1, 1, 1, 1, 1, 1, 1] },
    { capacity: 8, sizes: [8], told: [], next: [8] },
  ])("remembers what a device with room for $capacity images takes", async (row) => {
    const { sizes, told, options: device } = smallDevice(row.capacity, 8);
    const batch = members(1, 2, 3, 4, 5, 6, 7, 8);
    await inferBatch(batch, device);
    expect(sizes).toEqual(row.sizes);
    expect(told).toEqual(row.told);

    sizes.length = 0;
    const outcome = await inferBatch(batch, device);
    expect(sizes).toEqual(row.next);
    expect(outcome.predictions.map(({ imageId }) => imageId)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(told).toEqual(row.told);
  });

  it("keeps the planned size after an image without a finite number, and after a device that took none", async () => {
    const { room, ...rest } = options();
    const failures = [
      new HairlineError("INFERENCE_FAILED", "The network gave NaN.", { field: "image 0" }),
      new HairlineError("INFERENCE_FAILED", "device lost"),
    ];
    for (const failure of failures) {
      const infer = () => Promise.reject(failure);
      await inferBatch(members(1, 2, 3, 4), { ...rest, room, infer }).catch(() => {});
      expect(room.size).toBe(32);
    }
  });

  it("blames the engine, not the images, when it cannot run a single one", async () => {
    const outcome = inferBatch(members(1, 2), {
      ...options(),
      infer: async () => {
        throw new HairlineError("INFERENCE_FAILED", "device lost");
      },
    });
    await expect(outcome).rejects.toMatchObject({ code: "ENGINE_UNAVAILABLE" });
  });

  it("passes other failures on", async () => {
    const outcome = inferBatch(members(1, 2), {
      ...options(),
      infer: async () => {
        throw new HairlineError("INTERRUPTED", "stop");
      },
    });
    await expect(outcome).rejects.toMatchObject({ code: "INTERRUPTED" });
  });
});
