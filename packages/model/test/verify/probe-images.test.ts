import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { batchesOf, probeImages } from "@hairline/model/verify";

const pixelHash = (size: number): string => {
  const hash = createHash("sha256");
  for (const { data } of probeImages("fp32", size)) hash.update(data);
  return hash.digest("hex").slice(0, 16);
};

describe("probeImages", () => {
  test("are many, of both kinds, and no two patterns are equal", () => {
    const images = probeImages("fp32", 64);
    expect(images.filter(({ channels }) => channels === 1)).toHaveLength(60);
    expect(images.filter(({ channels }) => channels === 3)).toHaveLength(8);
    const patterns = images.slice(42).map(({ data }) => Buffer.from(data).toString("base64"));
    expect(new Set(patterns).size).toBe(26);
    for (const { channels, data } of images) expect(data).toHaveLength(channels * 64 * 64);
  });

  test("are radiographs alone for int8", () => {
    expect(probeImages("int8", 64)).toEqual(probeImages("fp32", 64).slice(0, 42));
  });

  test("are the same on every machine", () => {
    // A change here asks for a new name of the set.
    expect(pixelHash(64)).toBe("9b8c10f2d62b4362");
  });
});

describe("batchesOf", () => {
  test("gives batches of 1, 2, 3, … of equal channels, in order", () => {
    const image = (channels: 1 | 3, value: number) => ({
      channels,
      size: 1,
      data: new Uint8Array(channels).fill(value),
    });
    const images = [
      image(1, 0),
      image(1, 1),
      image(1, 2),
      image(1, 3),
      image(3, 4),
      image(1, 5),
      image(1, 6),
    ];
    const batches = [...batchesOf(images, 3)].map(({ count, channels, data }) => [count, channels, ...data]);
    expect(batches).toEqual([
      [1, 1, 0],
      [2, 1, 1, 2],
      // Three were due, but the next image has colours.
      [1, 1, 3],
      [1, 3, 4, 4, 4],
      [2, 1, 5, 6],
    ]);
  });
});
