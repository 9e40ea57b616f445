import { createHash } from "node:crypto";
import { readFile, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { parseMuraImage, parseMuraStudy } from "@hairline/core/study";
import { temporaryFolder } from "@hairline/core/testing";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { writeSyntheticArchive, type WriteArchiveOptions } from "../../src/synthetic/index.ts";

const SMALL = { seed: 3, studies: 24, longSide: 96, brokenFiles: 2 } as const;

async function rows(path: string): Promise<string[]> {
  return (await readFile(path, "utf8")).split("\n").slice(0, -1);
}

async function treeDigest(root: string): Promise<string> {
  const hash = createHash("sha256");
  const names = (await readdir(root, { recursive: true })).sort();
  for (const name of names) {
    if (!name.endsWith(".csv") && !name.endsWith(".png")) continue;
    hash.update(name).update(await readFile(join(root, name)));
  }
  return hash.digest("hex");
}

describe("writeSyntheticArchive", () => {
  it("writes MURA's tree, its CSVs and a manifest that agree with each other", async () => {
    await using folder = await temporaryFolder();
    const archive = await writeSyntheticArchive({ root: folder.path, ...SMALL });
    const splits = new Map<string, string>();
    for (const split of ["train", "valid"]) {
      const images = (await rows(join(folder.path, `${split}_image_paths.csv`))).map(parseMuraImage);
      const studies = (await rows(join(folder.path, `${split}_labeled_studies.csv`))).map((row) => {
        const [path = "", label] = row.split(",");
        expect(parseMuraStudy(path).label).toBe(Number(label));
        return path;
      });
      expect(images).toHaveLength(archive.images.filter((image) => image.split === split).length);
      expect(new Set(studies).size).toBe(studies.length);
      for (const { patient } of images) {
        expect(splits.get(patient) ?? split).toBe(split);
        splits.set(patient, split);
      }
    }
    expect(new Set(splits.values())).toEqual(new Set(["train", "valid"]));
    expect(await rows(archive.manifestPath)).toHaveLength(archive.images.length + 1);
    for (const image of archive.images)
      expect((await stat(join(folder.path, image.key))).isFile()).toBe(true);
  });

  it("writes grey PNGs whose boxes lie inside them", async () => {
    await using folder = await temporaryFolder();
    const archive = await writeSyntheticArchive({ root: folder.path, ...SMALL });
    for (const image of archive.images.filter(({ broken, view }) => !broken && view === "frontal")) {
      const { width, height, channels } = await sharp(join(folder.path, image.key)).metadata();
      expect(channels).toBe(1);
      expect(Math.max(width, height)).toBe(96);
      expect(image.box === null).toBe(image.label === 0);
      const [, , x1, y1] = image.box ?? [0, 0, 1, 1];
      expect(x1 <= width && y1 <= height).toBe(true);
    }
  });

  it("adds one truncated and one empty file when asked for two", async () => {
    await using folder = await temporaryFolder();
    const archive = await writeSyntheticArchive({ root: folder.path, ...SMALL });
    const sizes = [];
    for (const { key } of archive.images.filter(({ broken }) => broken)) {
      const path = join(folder.path, key);
      sizes.push((await stat(path)).size);
      await expect(sharp(path, { failOn: "truncated" }).raw().toBuffer()).rejects.toThrow(
        /png|unsupported/iu,
      );
    }
    expect(sizes.sort((a, b) => a - b)[0]).toBe(0);
    expect(sizes).toHaveLength(2);
    expect(sizes[1]).toBeGreaterThan(0);
  });

  it("writes the same files again for the same seed, and others for another", async () => {
    await using folder = await temporaryFolder();
    const write = async (name: string, rest: Partial<WriteArchiveOptions> = {}): Promise<string> => {
      const root = join(folder.path, name);
      await writeSyntheticArchive({ root, ...SMALL, studies: 8, ...rest });
      return treeDigest(root);
    };
    const first = await write("a");
    expect(await write("b")).toBe(first);
    expect(await write("c", { seed: 4 })).not.toBe(first);
  });

  it("reports each file and stops at an abort", async () => {
    await using folder = await temporaryFolder();
    const seen: number[] = [];
    const controller = new AbortController();
    const onProgress = ({ written }: { written: number }): void => {
      seen.push(written);
      if (written === 3) controller.abort();
    };
    const writing = writeSyntheticArchive({
      root: folder.path,
      ...SMALL,
      signal: controller.signal,
      onProgress,
    });
    await expect(writing).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect(seen.slice(0, 3)).toEqual([1, 2, 3]);
    const files = (await readdir(folder.path, { recursive: true })).filter((name) => name.endsWith(".png"));
    expect(files).toHaveLength(seen.length);
  });

  it.each([
    ["studies", { studies: 0 }],
    ["studies", { studies: 100_001 }],
    ["studies", { studies: 2.5 }],
    ["studies", { studies: Number.NaN }],
    ["validShare", { validShare: 1.1 }],
    ["positiveShare", { positiveShare: -0.1 }],
    ["longSide", { longSide: 4096 }],
    ["brokenFiles", { brokenFiles: 25 }],
  ])("refuses %s out of its range: %j", async (field, wrong) => {
    await using folder = await temporaryFolder();
    const writing = writeSyntheticArchive({ root: folder.path, ...SMALL, ...wrong });
    await expect(writing).rejects.toMatchObject({ code: "BAD_ARGUMENT", field });
  });

  it("passes on the failure of a write", async () => {
    await using folder = await temporaryFolder();
    await writeSyntheticArchive({ root: join(folder.path, "a"), ...SMALL, studies: 3 });
    const root = join(folder.path, "a", "boxes.csv");
    await expect(writeSyntheticArchive({ root, ...SMALL, studies: 3 })).rejects.toMatchObject({
      code: "ENOTDIR",
    });
  });
});
