import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "@hairline/core/testing";
import { describe, expect, it } from "vitest";
import { clearCache, inspectCache, verifyCache } from "../../src/decoded-cache/index.ts";
import { cacheFiles, keepImages } from "./cache-fixture.ts";

const NOWHERE = "not-there";

describe("inspectCache", () => {
  it("counts records, packs and bytes", async () => {
    await using folder = await temporaryFolder();
    await keepImages(folder.path, [1, 2]);
    await keepImages(folder.path, [3]);
    // Two grey images of 8 × 8, one in colour, and a line of index for each.
    expect(await inspectCache(folder.path)).toEqual([
      {
        fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
        packs: 2,
        records: 3,
        byteSize: 64 + 64 + 192 + 3 * 64,
        lastUsed: expect.any(Date) as Date,
      },
    ]);
  });

  it("finds nothing where there is no cache", async () => {
    await using folder = await temporaryFolder();
    expect(await inspectCache(join(folder.path, NOWHERE))).toEqual([]);
  });
});

describe("clearCache", () => {
  it("removes the packs and no file of others", async () => {
    await using folder = await temporaryFolder();
    await keepImages(folder.path, [1]);
    const part = join(folder.path, (await readdir(folder.path))[0]!);
    const others = [join(part, "notes.txt"), join(folder.path, "x.index")];
    for (const path of others) await writeFile(path, "not the cache's");
    expect(await clearCache(folder.path)).toBe(128);
    expect(await inspectCache(folder.path)).toMatchObject([{ packs: 0, records: 0 }]);
    for (const path of others) expect(await readFile(path, "utf8")).toBe("not the cache's");
  });

  it("removes the folder when nothing is left in it", async () => {
    await using folder = await temporaryFolder();
    const root = join(folder.path, "cache");
    await mkdir(root);
    await keepImages(root, [1]);
    await clearCache(root);
    expect(await readdir(folder.path)).toEqual([]);
    expect(await clearCache(root)).toBe(0);
  });
});

describe("verifyCache", () => {
  it("takes out each damaged record and line, once", async () => {
    await using folder = await temporaryFolder();
    await keepImages(folder.path, [1, 2, 4, 5]);
    for (const [extension, position] of [
      ["pixels", 70],
      ["index", 130],
    ] as const) {
      const [path] = await cacheFiles(folder.path, extension);
      const bytes = await readFile(path!);
      bytes[position] = bytes[position]! ^ 1;
      await writeFile(path!, bytes);
    }
    expect(await verifyCache(folder.path)).toEqual({ sound: 2, damaged: 2 });
    expect(await verifyCache(folder.path)).toEqual({ sound: 2, damaged: 0 });
  });

  it("stops when asked to", async () => {
    await using folder = await temporaryFolder();
    await keepImages(folder.path, [1]);
    await expect(verifyCache(folder.path, AbortSignal.abort(new Error("stop")))).rejects.toThrow("stop");
  });
});
