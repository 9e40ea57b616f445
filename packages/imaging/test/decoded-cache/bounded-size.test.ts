import { utimes } from "node:fs/promises";
import { temporaryFolder } from "@hairline/core/testing";
import { describe, expect, it } from "vitest";
import { inspectCache } from "../../src/decoded-cache/index.ts";
import {
  cacheFiles,
  fileNumbered,
  imageNumbered,
  keepImages,
  mustNotDecode,
  openPart,
} from "./cache-fixture.ts";

/** A record is 64 bytes of pixels and 64 of index, so a 64th of the bound holds ten. */
const MAX_BYTES = 64 * 1280;

/** Grey images have numbers three apart, so this is after each five. */
const FLUSHED_EVERY = 15;

/** Grey images, numbered from `first`. */
const greyNumbers = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => 3 * (first + index) + 1);

async function bytesIn(root: string): Promise<number> {
  return (await inspectCache(root)).reduce((sum, { byteSize }) => sum + byteSize, 0);
}

/** As if the packs there now had last been used so many seconds ago. */
async function age(root: string, seconds: number): Promise<void> {
  const then = new Date(Date.now() - seconds * 1000);
  for (const path of await cacheFiles(root, "index")) await utimes(path, then, then);
}

async function keepBounded(root: string, numbers: readonly number[]): Promise<string[]> {
  const warnings: string[] = [];
  await using opened = await openPart({
    root,
    maxBytes: MAX_BYTES,
    onWarning: (text) => warnings.push(text),
  });
  for (const number of numbers) {
    await opened.part.load(fileNumbered(number), async () => imageNumbered(number));
    // Half a pack at a time.
    if (number % FLUSHED_EVERY === 1) await opened.part.flush();
  }
  return warnings;
}

describe("the bound on a cache's size", () => {
  it("is kept by removing the packs that were not used for longest", async () => {
    await using folder = await temporaryFolder();
    await keepImages(folder.path, greyNumbers(0, 100));
    await age(folder.path, 7200);
    await keepImages(folder.path, greyNumbers(100, 100));
    await age(folder.path, 3600);
    expect(await keepBounded(folder.path, greyNumbers(1000, 500))).toEqual([]);
    expect(await bytesIn(folder.path)).toBeLessThanOrEqual(MAX_BYTES);
    await using opened = await openPart({ root: folder.path });
    const { part } = opened;
    const [oldest, middle, newest] = [
      greyNumbers(0, 1)[0]!,
      greyNumbers(100, 1)[0]!,
      greyNumbers(1000, 1)[0]!,
    ];
    await expect(part.load(fileNumbered(oldest), mustNotDecode)).rejects.toThrow("decoded");
    expect(await part.load(fileNumbered(middle), mustNotDecode)).toEqual(imageNumbered(middle));
    expect(await part.load(fileNumbered(newest), mustNotDecode)).toEqual(imageNumbered(newest));
  });

  it("leaves what this pass has used, and keeps no more, when an archive does not fit", async () => {
    await using folder = await temporaryFolder();
    const warnings = await keepBounded(folder.path, greyNumbers(0, 700));
    expect(warnings).toEqual([expect.stringContaining("all in use")]);
    expect(await bytesIn(folder.path)).toBeLessThanOrEqual(MAX_BYTES);
    await using opened = await openPart({ root: folder.path, maxBytes: MAX_BYTES });
    for (const number of greyNumbers(0, 600)) {
      expect(await opened.part.load(fileNumbered(number), mustNotDecode)).toEqual(imageNumbered(number));
    }
  });

  it("counts a pack that was read as used", async () => {
    await using folder = await temporaryFolder();
    await keepImages(folder.path, greyNumbers(0, 10));
    await age(folder.path, 3600);
    const [read] = await cacheFiles(folder.path, "index");
    await keepImages(folder.path, greyNumbers(0, 1));
    await keepImages(folder.path, greyNumbers(100, 10));
    for (const path of await cacheFiles(folder.path, "index")) {
      if (path === read) continue;
      const then = new Date(Date.now() - 1800 * 1000);
      await utimes(path, then, then);
    }
    await keepBounded(folder.path, greyNumbers(1000, 630));
    expect(await cacheFiles(folder.path, "index")).toContain(read);
  });
});
