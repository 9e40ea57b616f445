import { readdir } from "node:fs/promises";
import { temporaryFolder } from "@hairline/core/testing";
import { describe, expect, test } from "vitest";
import { MapsFile } from "../../src/train/maps-file.ts";
import { stackPixels } from "../../src/train/pixel-source.ts";
import { batchesOf } from "../../src/train/training-data.ts";

describe("a batch of pixels", () => {
  const grey = { channels: 1, size: 2, data: Uint8Array.of(1, 2, 3, 4) } as const;
  const colour = { channels: 3, size: 2, data: Uint8Array.from({ length: 12 }, (_, at) => 10 + at) } as const;

  test("stays grey when all are, and writes grey images three times beside colour ones", () => {
    expect(stackPixels([grey, grey])).toEqual({ channels: 1, data: Uint8Array.of(1, 2, 3, 4, 1, 2, 3, 4) });
    expect(stackPixels([grey, colour])).toEqual({
      channels: 3,
      data: Uint8Array.of(1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4, ...colour.data),
    });
  });

  test("refuses images of two sizes", () => {
    const large = { channels: 1, size: 3, data: new Uint8Array(9) } as const;
    expect(() => stackPixels([grey, large])).toThrow(expect.objectContaining({ code: "BAD_SHAPE" }));
  });
});

describe("the file of maps", () => {
  const options = (folder: string, maxBytes: number) => ({ folder, maxBytes, count: 3, length: 2 });

  test("gives maps back in any order, and leaves no name behind", async () => {
    await using folder = await temporaryFolder();
    await using file = await MapsFile.create(options(folder.path, 24));
    await file.write(1, Float32Array.of(3, 4, 5, 6));
    await file.write(0, Float32Array.of(1, 2));
    expect((await file.read(Int32Array.of(2, 0, 2))).data).toEqual(Float32Array.of(5, 6, 1, 2, 5, 6));
    expect(await readdir(folder.path)).toEqual([]);
  });

  test("refuses more than it may take before it writes anything", async () => {
    await using folder = await temporaryFolder();
    await expect(MapsFile.create(options(folder.path, 23))).rejects.toMatchObject({
      code: "BAD_CONFIG",
      field: "HAIRLINE_TRAINING_CACHE_MAX_BYTES",
    });
  });

  test("says when it was not written whole", async () => {
    await using folder = await temporaryFolder();
    await using file = await MapsFile.create(options(folder.path, 24));
    await file.write(0, Float32Array.of(1, 2));
    await expect(file.read(Int32Array.of(1))).rejects.toMatchObject({ code: "INTERNAL" });
  });
});

test.each([
  { count: 0, batches: [] },
  { count: 2, batches: [[0, 1]] },
  { count: 5, batches: [[0, 1], [2, 3], [4]] },
])("$count places make $batches", ({ count, batches }) => {
  expect([...batchesOf(count, 2)].map((batch) => [...batch])).toEqual(batches);
});
