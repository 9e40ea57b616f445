import { describe, expect, it } from "vitest";
import { assembleBatch, intoBatches, type BatchMember } from "../../src/pipeline/batch.ts";

const grey = (imageId: number, ...data: number[]): BatchMember => ({
  imageId,
  pixels: { channels: 1, size: Math.sqrt(data.length), data: Uint8Array.from(data) },
});

const colour = (imageId: number, ...data: number[]): BatchMember => ({
  imageId,
  pixels: { channels: 3, size: Math.sqrt(data.length / 3), data: Uint8Array.from(data) },
});

describe("assembleBatch", () => {
  it("keeps grey images at one channel", () => {
    expect(assembleBatch([grey(1, 1, 2, 3, 4), grey(2, 5, 6, 7, 8)])).toEqual({
      count: 2,
      channels: 1,
      size: 2,
      data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
    });
  });

  it("repeats the grey plane three times beside a colour image", () => {
    expect(assembleBatch([grey(1, 9), colour(2, 10, 20, 30), grey(3, 7)])).toEqual({
      count: 3,
      channels: 3,
      size: 1,
      data: Uint8Array.of(9, 9, 9, 10, 20, 30, 7, 7, 7),
    });
  });

  it("keeps colour planes in order", () => {
    const planes = Array.from({ length: 12 }, (_, index) => index);
    expect(assembleBatch([colour(1, ...planes)]).data).toEqual(Uint8Array.from(planes));
  });
});

describe("intoBatches", () => {
  it.each([
    [0, []],
    [1, [1]],
    [3, [3]],
    [4, [3, 1]],
    [9, [3, 3, 3]],
  ])("groups %i images by three, the last batch as it falls", async (count, sizes) => {
    async function* members() {
      for (let imageId = 1; imageId <= count; imageId += 1) yield grey(imageId, 0);
    }
    const batches: BatchMember[][] = [];
    for await (const batch of intoBatches(members(), 3)) batches.push(batch);
    expect(batches.map(({ length }) => length)).toEqual(sizes);
    expect(batches.flat().map(({ imageId }) => imageId)).toEqual(
      Array.from({ length: count }, (_, i) => i + 1),
    );
  });
});
