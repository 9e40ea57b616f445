import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { importArchive } from "@hairline/core/ingest";
import { createTestDatabase, temporaryFolder } from "@hairline/core/testing";
import { describe, expect, test } from "vitest";
import { writeFiles } from "./archive-files.ts";
import { storedImages, storedStudies } from "./stored.ts";

const TREE = [
  "train/XR_WRIST/patient00006/study1_positive/image1.png",
  "train/XR_WRIST/patient00006/study1_positive/image2.png",
  "train/XR_WRIST/patient00006/study2_negative/image1.png",
  "valid/XR_HAND/patient11185/study1_negative/image1.png",
];

const STORED = [
  { path: TREE[0], patient: "patient00006", body_part: "XR_WRIST", split: "train", label: 1 },
  { path: TREE[1], patient: "patient00006", body_part: "XR_WRIST", split: "train", label: 1 },
  { path: TREE[2], patient: "patient00006", body_part: "XR_WRIST", split: "train", label: 0 },
  { path: TREE[3], patient: "patient11185", body_part: "XR_HAND", split: "valid", label: 0 },
].map((image) => ({ ...image, study: image.path?.replace(/\/image\d+\.png$/, "") }));

/** A MURA-v1.1 folder below the given one, with the things that real copies have beside the images. */
async function writeTree(parent: string): Promise<string> {
  const root = join(parent, "MURA-v1.1");
  await writeFiles(root, TREE);
  await writeFiles(root, {
    "train/XR_WRIST/patient00006/study1_positive/._image1.png": "AppleDouble",
    "train/XR_WRIST/.DS_Store": "",
    "train/XR_WRIST/patient00006/notes.txt": "",
    "train_image_paths.csv": `MURA-v1.1/${TREE[0]}\nMURA-v1.1/${TREE[1]}\n`,
    "valid_labeled_studies.csv": "MURA-v1.1/valid/XR_HAND/patient11185/study1_negative/,0\n",
  });
  return root;
}

describe("a MURA tree", () => {
  test.each([
    ["itself", "MURA-v1.1"],
    ["the folder above", "."],
  ])("is imported by %s", async (_, path) => {
    await using database = await createTestDatabase();
    await using folder = await temporaryFolder();
    const root = await writeTree(folder.path);
    const report = await importArchive({ database, path: join(folder.path, path) });
    expect(report).toMatchObject({
      dataset: "MURA-v1.1",
      layout: "mura",
      root,
      added: 4,
      rejected: 0,
      ignored: 3,
    });
    expect(await storedImages(database, "MURA-v1.1")).toEqual(STORED);
  });

  test.each([
    ["train", 3],
    ["train/XR_WRIST", 3],
    ["train/XR_WRIST/patient00006/study2_negative", 1],
    ["valid", 1],
  ])("is imported in part by %s, with the same root", async (part, added) => {
    await using database = await createTestDatabase();
    await using folder = await temporaryFolder();
    const root = await writeTree(folder.path);
    const report = await importArchive({ database, path: join(root, part) });
    expect(report).toMatchObject({ dataset: "MURA-v1.1", layout: "mura", root, added });
    expect(await importArchive({ database, path: root })).toMatchObject({
      added: 4 - added,
      unchanged: added,
    });
  });

  test("numbers images by path, and studies take the label of their folder", async () => {
    await using database = await createTestDatabase();
    await using folder = await temporaryFolder();
    await importArchive({ database, path: await writeTree(folder.path) });
    const { rows } = await database.pool.query<{ object_key: string }>(
      "select object_key from image order by id",
    );
    expect(rows.map((row) => row.object_key)).toEqual(TREE);
    expect((await storedStudies(database, "MURA-v1.1")).map(({ label }) => label)).toEqual([1, 0, 0]);
  });

  test("rejects images that are not of the layout and takes the others", async () => {
    await using database = await createTestDatabase();
    await using folder = await temporaryFolder();
    const root = await writeTree(folder.path);
    await writeFiles(root, [
      "train/XR_WRIST/patient00006/study1_positive/copy of image1.png",
      "valid/stray.png",
    ]);
    const report = await importArchive({ database, path: root });
    expect(report).toMatchObject({ added: 4, rejected: 2, rejectedByCode: { ROW_INVALID: 2 } });
    expect(report.rejections.map(({ objectKey }) => objectKey)).toEqual([
      "train/XR_WRIST/patient00006/study1_positive/copy of image1.png",
      "valid/stray.png",
    ]);
  });

  test("beside another one is not chosen between", async () => {
    await using database = await createTestDatabase();
    await using folder = await temporaryFolder();
    await writeFiles(join(folder.path, "a"), TREE);
    await writeFiles(join(folder.path, "b"), TREE);
    await expect(importArchive({ database, path: folder.path })).rejects.toMatchObject({
      code: "ARCHIVE_LAYOUT_UNKNOWN",
    });
  });

  test("read as a plain folder is one when asked", async () => {
    await using database = await createTestDatabase();
    await using folder = await temporaryFolder();
    const report = await importArchive({ database, path: await writeTree(folder.path), layout: "folder" });
    expect(report).toMatchObject({ layout: "folder", added: 4 });
  });
});

describe("a CSV of MURA", () => {
  test.each([
    ["in the archive", "MURA-v1.1/train_image_paths.csv", 2],
    ["in the archive", "MURA-v1.1/valid_labeled_studies.csv", 1],
    ["beside the archive", "studies.csv", 2],
  ])("%s adds the images it lists (%s)", async (_, csv, added) => {
    await using database = await createTestDatabase();
    await using folder = await temporaryFolder();
    const root = await writeTree(folder.path);
    await writeFiles(folder.path, {
      "studies.csv": "MURA-v1.1/train/XR_WRIST/patient00006/study1_positive/,1\r\n",
    });
    const report = await importArchive({ database, path: join(folder.path, csv) });
    expect(report).toMatchObject({ dataset: "MURA-v1.1", layout: "mura", root, added, rejected: 0 });
  });

  test("elsewhere finds the archive by --root, given as the tree or the folder above", async () => {
    await using database = await createTestDatabase();
    await using folder = await temporaryFolder();
    await using elsewhere = await temporaryFolder();
    const root = await writeTree(folder.path);
    await writeFiles(elsewhere.path, { "paths.csv": `MURA-v1.1/${TREE[0]}\n` });
    const path = join(elsewhere.path, "paths.csv");
    await expect(importArchive({ database, path })).rejects.toMatchObject({ code: "ARCHIVE_NOT_FOUND" });
    expect(await importArchive({ database, path, root: folder.path })).toMatchObject({ root, added: 1 });
    expect(await importArchive({ database, path, root })).toMatchObject({ root, unchanged: 1 });
  });

  test("rejects each row that cannot be taken, with its line and code", async () => {
    await using database = await createTestDatabase();
    await using folder = await temporaryFolder();
    const root = await writeTree(folder.path);
    await mkdir(join(root, "valid/XR_HAND/patient2/study1_positive"), { recursive: true });
    await writeFiles(root, {
      "rows.csv": [
        "MURA-v1.1/train/XR_WRIST/patient00006/study1_positive/,0",
        "MURA-v1.1/train/XR_WRIST/patient00006/study2_negative/,0",
        "MURA-v1.1/train/XR_WRIST/patient00007/study1_negative/,0",
        "MURA-v1.1/valid/XR_HAND/patient2/study1_positive/,1",
        "OTHER/train/XR_WRIST/patient00006/study1_positive/,1",
        "MURA-v1.1/train/XR_WRIST/patient00006/study1_positive/image9.png",
        "MURA-v1.1/train/XR_WRIST/patient00006/study1_positive/._image1.png",
        "MURA-v1.1/train/XR_WRIST/patient00006/study1_maybe/,1",
        '"MURA',
      ].join("\n"),
    });
    const report = await importArchive({ database, path: join(root, "rows.csv") });
    expect(report).toMatchObject({ added: 1, rejected: 7, ignored: 1 });
    expect(report.rejections.map(({ line, code }) => [line, code])).toEqual([
      [1, "ROW_LABEL_CONFLICT"],
      [3, "IMAGE_FILE_MISSING"],
      [4, "IMAGE_FILE_MISSING"],
      [5, "ROW_INVALID"],
      [6, "IMAGE_FILE_MISSING"],
      [8, "ROW_INVALID"],
      [9, "ROW_INVALID"],
    ]);
  });

  test("cannot lead the root out of where it lies", async () => {
    await using database = await createTestDatabase();
    await using folder = await temporaryFolder();
    await using outside = await temporaryFolder();
    await writeTree(outside.path);
    await mkdir(join(folder.path, "in"));
    await symlink(join(outside.path, "MURA-v1.1"), join(folder.path, "in/MURA-v1.1"));
    await writeFiles(folder.path, {
      "in/absolute.csv": `${outside.path}/MURA-v1.1/${TREE[0]}\n`,
      "in/linked.csv": `MURA-v1.1/${TREE[0]}\n`,
    });
    for (const csv of ["in/absolute.csv", "in/linked.csv"]) {
      await expect(importArchive({ database, path: join(folder.path, csv) })).rejects.toMatchObject({
        code: "PATH_OUTSIDE_ROOT",
      });
    }
  });
});
