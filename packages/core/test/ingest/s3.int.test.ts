import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { importArchive } from "@hairline/core/ingest";
import { openObjectStore, type ObjectStore } from "@hairline/core/storage";
import { createTestDatabase, startS3, temporaryFolder, type TestS3 } from "@hairline/core/testing";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { PNG_1X1, writeFiles } from "./archive-files.ts";
import { imageIds, storedImages, storedStudies } from "./stored.ts";

const TREE = [
  "train/XR_WRIST/patient00006/study1_positive/image1.png",
  "train/XR_WRIST/patient00006/study1_positive/image2.png",
  "train/XR_WRIST/patient00006/study2_negative/image1.png",
  "valid/XR_HAND/patient11185/study1_negative/image1.png",
];
const BESIDE = {
  "train/XR_WRIST/patient00006/study1_positive/._image1.png": "AppleDouble",
  "train/XR_WRIST/patient00006/notes.txt": "text",
  "train_image_paths.csv": `MURA-v1.1/${TREE[0]}\nMURA-v1.1/${TREE[1]}\n`,
  "valid_labeled_studies.csv": "MURA-v1.1/valid/XR_HAND/patient11185/study1_negative/,0\n",
};
const TREE_FILES = { ...Object.fromEntries(TREE.map((key) => [key, PNG_1X1])), ...BESIDE };

let s3: TestS3;
beforeAll(async () => {
  s3 = await startS3();
  for (const [name, value] of Object.entries(s3.environment)) vi.stubEnv(name, value);
  await putAll(
    store(),
    Object.fromEntries(Object.entries(TREE_FILES).map(([key, file]) => [`x/MURA-v1.1/${key}`, file])),
  );
});

function store(prefix = ""): ObjectStore {
  return openObjectStore(`s3://${s3.bucket}/${prefix}`);
}

async function putAll(to: ObjectStore, files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  await Promise.all(Object.entries(files).map(([key, file]) => to.put(key, Buffer.from(file))));
}

describe("a MURA tree on S3", () => {
  test.for([
    ["the tree itself", "x/MURA-v1.1", 4],
    ["the prefix above", "x/", 4],
    ["one split", "x/MURA-v1.1/train", 3],
    ["one study", "x/MURA-v1.1/train/XR_WRIST/patient00006/study2_negative", 1],
    ["a list of images", "x/MURA-v1.1/train_image_paths.csv", 2],
    ["a list of studies", "x/MURA-v1.1/valid_labeled_studies.csv", 1],
  ] as const)("is imported by %s as its copy on disk is", async ([, path, added]) => {
    await using database = await createTestDatabase();
    await using folder = await temporaryFolder();
    await writeFiles(join(folder.path, "x/MURA-v1.1"), TREE_FILES);
    const onDisk = await importArchive({ database, path: join(folder.path, path), name: "disk" });
    const report = await importArchive({ database, path: `s3://${s3.bucket}/${path}`, name: "s3" });
    expect(report).toMatchObject({
      layout: "mura",
      root: `s3://${s3.bucket}/x/MURA-v1.1`,
      added,
      rejected: 0,
    });
    expect(report.ignored).toBe(onDisk.ignored);
    expect(await storedImages(database, "s3")).toEqual(await storedImages(database, "disk"));
    expect(await storedStudies(database, "s3")).toEqual(await storedStudies(database, "disk"));
  });

  test("is unchanged when it is imported again, and another object's bytes are another image's", async () => {
    await using database = await createTestDatabase();
    const path = `s3://${s3.bucket}/again/MURA-v1.1`;
    await putAll(store("again/MURA-v1.1"), TREE_FILES);
    const first = await importArchive({ database, path });
    expect(first).toMatchObject({ dataset: "MURA-v1.1", created: true, added: 4 });
    const ids = await imageIds(database);
    // By its CSV each object is asked for its size and time: they have to be those that the listing gave.
    for (const again of [path, `${path}/train_image_paths.csv`]) {
      expect(await importArchive({ database, path: again })).toMatchObject({ added: 0, updated: 0 });
    }
    await store("again/MURA-v1.1").put(TREE[0] ?? "", new Uint8Array(10));
    expect(await importArchive({ database, path })).toMatchObject({ added: 0, updated: 1, unchanged: 3 });
    expect(await imageIds(database)).toEqual(ids);
  });

  test("is found by a CSV on disk with the root on S3", async () => {
    await using database = await createTestDatabase();
    await using folder = await temporaryFolder();
    const path = join(folder.path, "train.csv");
    await writeFile(path, BESIDE["train_image_paths.csv"]);
    const report = await importArchive({ database, path, root: `s3://${s3.bucket}/x` });
    expect(report).toMatchObject({ layout: "mura", root: `s3://${s3.bucket}/x/MURA-v1.1`, added: 2 });
  });
});

test("imports a manifest with keys and URLs below its prefix, and rejects the rows that lead elsewhere", async () => {
  await using database = await createTestDatabase();
  const root = `s3://${s3.bucket}/listed`;
  const rows = [
    "a.png",
    `${root}/b/c.png`,
    "missing.png",
    "../x/MURA-v1.1/train.png",
    `s3://${s3.bucket}/other/a.png`,
    "http://169.254.169.254/a.png",
  ];
  const csv = `path,label\n${rows.map((path) => `${path},1\n`).join("")}`;
  await putAll(store("listed"), { "a.png": PNG_1X1, "b/c.png": PNG_1X1, "labels.csv": csv });
  const report = await importArchive({ database, path: `${root}/labels.csv` });
  expect(report).toMatchObject({ dataset: "listed", layout: "manifest", root, added: 2, rejected: 4 });
  expect(report.rejections.map(({ line, code }) => [line, code])).toEqual([
    [4, "IMAGE_FILE_MISSING"],
    [5, "PATH_OUTSIDE_ROOT"],
    [6, "ROW_INVALID"],
    [7, "ROW_INVALID"],
  ]);
});

test("imports a prefix of images as a folder, whatever the names", async () => {
  await using database = await createTestDatabase();
  const files = ["a.png", "b c/é+%20.JPG", "b c/😀.tif"];
  await putAll(store("plain"), Object.fromEntries(files.map((file) => [file, PNG_1X1])));
  await putAll(store("plain"), { "notes.txt": "text", ".hidden/x.png": PNG_1X1 });
  // Beside the prefix, not below it.
  await putAll(store("plainer"), { "z.png": PNG_1X1 });
  const report = await importArchive({ database, path: `s3://${s3.bucket}/plain/` });
  expect(report).toMatchObject({ dataset: "plain", layout: "folder", added: 3, ignored: 2, rejected: 0 });
  expect((await storedImages(database, "plain")).map(({ path }) => path)).toEqual(files);
});

test.for([
  ["a bucket that is not there", "s3://none-of-that-name/x", {}, "ARCHIVE_NOT_FOUND"],
  ["a prefix with nothing below", "none", {}, "ARCHIVE_NOT_FOUND"],
  [
    "a tree that is none",
    "x/MURA-v1.1/train_image_paths.csv/",
    { layout: "folder" },
    "ARCHIVE_LAYOUT_UNKNOWN",
  ],
  ["a single image", `x/MURA-v1.1/${TREE[0]}`, {}, "ARCHIVE_LAYOUT_UNKNOWN"],
  ["a root on disk", "x/MURA-v1.1", { root: "/tmp" }, "BAD_ARGUMENT"],
  ["a root elsewhere", "x/MURA-v1.1", { root: "s3://other/x", layout: "folder" }, "PATH_OUTSIDE_ROOT"],
] as const)("reports %s", async ([, path, options, code]) => {
  await using database = await createTestDatabase();
  const url = path.startsWith("s3://") ? path : `s3://${s3.bucket}/${path}`;
  const importing = () => importArchive({ database, path: url, ...options });
  await expect(importing()).rejects.toMatchObject({ code });
});

test("stores nothing when the credentials are refused", async () => {
  await using database = await createTestDatabase();
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "wrong");
  try {
    const importing = () => importArchive({ database, path: `s3://${s3.bucket}/x` });
    await expect(importing()).rejects.toMatchObject({ code: "STORE_DENIED" });
  } finally {
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", s3.secretAccessKey);
  }
  expect((await database.pool.query("select from dataset")).rowCount).toBe(0);
});
