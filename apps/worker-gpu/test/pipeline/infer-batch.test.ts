import { HairlineError } from "@hairline/core/errors";
import type { InferenceResult, PixelBatch } from "@hairline/model/engine";
import { describe, expect, it } from "vitest";
import type { BatchMember } from "../../src/pipeline/batch.ts";
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

const OPTIONS = { alphas: [0.5], keepEmbeddings: false };

describe("inferBatch", () => {
  it("runs a batch once when it passes", async () => {
    const sizes: number[] = [];
    const outcome = await inferBatch(members(1, 2, 3), {
      ...OPTIONS,
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
      ...OPTIONS,
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
    const outcome = await inferBatch(members(1, 2, 3, 4, 5), {
      ...OPTIONS,
      infer: async (batch) => {
        if (batch.count <= 2) return echo(batch);
        throw new HairlineError("INFERENCE_FAILED", "out of memory");
      },
    });
    expect(outcome.predictions.map(({ imageId }) => imageId)).toEqual([1, 2, 3, 4, 5]);
    expect(outcome.rejections).toEqual([]);
  });

  it("blames the engine, not the images, when it cannot run a single one", async () => {
    const outcome = inferBatch(members(1, 2), {
      ...OPTIONS,
      infer: async () => {
        throw new HairlineError("INFERENCE_FAILED", "device lost");
      },
    });
    await expect(outcome).rejects.toMatchObject({ code: "ENGINE_UNAVAILABLE" });
  });

  it("passes other failures on", async () => {
    const outcome = inferBatch(members(1, 2), {
      ...OPTIONS,
      infer: async () => {
        throw new HairlineError("INTERRUPTED", "stop");
      },
    });
    await expect(outcome).rejects.toMatchObject({ code: "INTERRUPTED" });
  });
});
