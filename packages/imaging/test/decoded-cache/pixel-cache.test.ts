import { mkdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "@hairline/core/testing";
import { describe, expect, it } from "vitest";
import { DecodedCache } from "../../src/decoded-cache/index.ts";
import type { PixelImage } from "../../src/preprocess/index.ts";
import {
  BASIS,
  cacheFiles,
  fileNumbered,
  imageNumbered,
  keepImages,
  mustNotDecode,
  openPart,
  PREPROCESSING,
} from "./cache-fixture.ts";

const RECORDS = 5;
const NUMBERS = Array.from({ length: RECORDS }, (_, number) => number);

/** How many of the records a new process decodes again, each being checked. */
async function decodedAgain(root: string): Promise<{ decoded: number[]; damaged: number }> {
  await using opened = await openPart({ root });
  const decoded: number[] = [];
  for (const number of NUMBERS) {
    const image = await opened.part.load(fileNumbered(number), async () => {
      decoded.push(number);
      return imageNumbered(number);
    });
    expect(image).toEqual(imageNumbered(number));
  }
  return { decoded, damaged: opened.part.counts.damaged };
}

async function flipBit(path: string, position: number): Promise<void> {
  const bytes = await readFile(path);
  bytes[position] = bytes[position]! ^ 4;
  await writeFile(path, bytes);
}

describe("PixelCache", () => {
  it("gives back the pixels of grey and colour images that an earlier process kept", async () => {
    await using folder = await temporaryFolder();
    await keepImages(folder.path, NUMBERS);
    expect(await decodedAgain(folder.path)).toEqual({ decoded: [], damaged: 0 });
  });

  it("gives back within the process what was written", async () => {
    await using folder = await temporaryFolder();
    await using opened = await openPart({ root: folder.path });
    const { part } = opened;
    await part.load(fileNumbered(1), async () => imageNumbered(1));
    await part.flush();
    expect(await part.load(fileNumbered(1), mustNotDecode)).toEqual(imageNumbered(1));
    expect(part.counts).toEqual({ hits: 1, misses: 1, written: 1, skipped: 0, damaged: 0 });
  });

  it("decodes a file anew whose bytes changed, whatever its name, size and date", async () => {
    await using folder = await temporaryFolder();
    await keepImages(folder.path, [1]);
    await using opened = await openPart({ root: folder.path });
    const image = await opened.part.load(Buffer.from("file 9"), async () => imageNumbered(2));
    expect(image).toEqual(imageNumbered(2));
  });

  it("writes one record for a file that is decoded twice at once", async () => {
    await using folder = await temporaryFolder();
    await using opened = await openPart({ root: folder.path });
    const load = () => opened.part.load(fileNumbered(1), async () => imageNumbered(1));
    await Promise.all([load(), load()]);
    await opened.part.flush();
    expect(opened.part.counts).toMatchObject({ misses: 2, written: 1 });
  });

  it("keeps nothing of a file that cannot be decoded", async () => {
    await using folder = await temporaryFolder();
    await using opened = await openPart({ root: folder.path });
    await expect(opened.part.load(fileNumbered(1), mustNotDecode)).rejects.toThrow("decoded");
    await opened.part.flush();
    expect(opened.part.counts).toMatchObject({ written: 0 });
  });

  it.each([
    ["another input size", { ...BASIS, preprocessing: { ...PREPROCESSING, inputSize: 9 } }, false],
    ["another limit on pixels", { ...BASIS, maxPixels: 999_999 }, false],
    [
      "another mean, which the network applies",
      { ...BASIS, preprocessing: { ...PREPROCESSING, mean: [0, 0, 0] } },
      true,
    ],
  ] as const)("for %s: gives the part of the other pixels or the same one", async (_name, basis, same) => {
    await using folder = await temporaryFolder();
    await using cache = new DecodedCache({ root: folder.path });
    expect(cache.for(basis) === cache.for(BASIS)).toBe(same);
  });

  it("keeps its files from other users", async () => {
    await using folder = await temporaryFolder();
    const root = join(folder.path, "cache");
    await keepImages(root, [1]);
    const [index] = await cacheFiles(root, "index");
    expect((await stat(root)).mode & 0o077).toBe(0);
    expect((await stat(index!)).mode & 0o077).toBe(0);
  });
});

describe("a damaged cache", () => {
  // Records are 192, 64, 64, 192 and 64 bytes of pixels; index lines are 64 bytes each.
  it.each([
    ["a flipped bit of pixels", "pixels", (path: string) => flipBit(path, 200), [1], 1],
    ["pixels cut short", "pixels", (path: string) => truncate(path, 300), [2, 3, 4], 3],
    ["no pixels at all", "pixels", (path: string) => rm(path), NUMBERS, 0],
    ["a flipped bit of the index", "index", (path: string) => flipBit(path, 64 * 2 + 10), [2], 0],
    ["an index cut within a line", "index", (path: string) => truncate(path, 64 * 4 + 63), [4], 0],
    ["an empty index", "index", (path: string) => truncate(path, 0), NUMBERS, 0],
    ["no index", "index", (path: string) => rm(path), NUMBERS, 0],
    [
      "a line of another format",
      "index",
      (path: string) => writeFile(path, Buffer.alloc(320, 7)),
      NUMBERS,
      0,
    ],
  ] as const)("with %s: only what is lost is decoded again, and is sound from then on", async (...row) => {
    const [, extension, damage, lost, damaged] = row;
    await using folder = await temporaryFolder();
    await keepImages(folder.path, NUMBERS);
    const [path] = await cacheFiles(folder.path, extension);
    await damage(path!);
    expect(await decodedAgain(folder.path)).toEqual({ decoded: [...lost], damaged });
    expect(await decodedAgain(folder.path)).toEqual({ decoded: [], damaged: 0 });
  });
});

describe("a cache that is removed while it is used", () => {
  it("is begun anew by the process that writes to it", async () => {
    await using folder = await temporaryFolder();
    const root = join(folder.path, "cache");
    await using opened = await openPart({ root });
    const { part } = opened;
    const keep = async (number: number) => {
      await part.load(fileNumbered(number), async () => imageNumbered(number));
      await part.flush();
    };
    await keep(0);
    await rm(root, { recursive: true });
    await keep(1);
    await part.beginPass("second");
    expect(await part.load(fileNumbered(1), mustNotDecode)).toEqual(imageNumbered(1));
    await expect(part.load(fileNumbered(0), mustNotDecode)).rejects.toThrow("decoded");
    expect(part.counts).toMatchObject({ written: 2, damaged: 0 });
  });

  it("decodes again what a process knew of that only reads", async () => {
    await using folder = await temporaryFolder();
    const root = join(folder.path, "cache");
    await keepImages(root, NUMBERS);
    const warnings: string[] = [];
    await using opened = await openPart({ root, onWarning: (message) => warnings.push(message) });
    await rm(root, { recursive: true });
    const image = await opened.part.load(fileNumbered(2), async () => imageNumbered(2));
    expect(image).toEqual(imageNumbered(2));
    expect(warnings).toEqual([]);
  });
});

describe("a cache that cannot be written", () => {
  it("warns once a pass and goes on decoding", async () => {
    await using folder = await temporaryFolder();
    const root = join(folder.path, "cache");
    await writeFile(root, "a file where the cache's folder should be");
    const warnings: string[] = [];
    await using opened = await openPart({ root, onWarning: (message) => warnings.push(message) });
    const load = async (number: number): Promise<PixelImage> => {
      const image = await opened.part.load(fileNumbered(number), async () => imageNumbered(number));
      await opened.part.flush();
      return image;
    };
    for (const number of NUMBERS) expect(await load(number)).toEqual(imageNumbered(number));
    expect(warnings).toEqual([expect.stringContaining("no longer kept")]);
    expect(opened.part.counts).toMatchObject({ written: 0, skipped: RECORDS });

    await rm(root);
    await mkdir(root);
    await opened.part.beginPass("second");
    await load(0);
    expect(opened.part.counts).toMatchObject({ written: 1 });
  });
});
