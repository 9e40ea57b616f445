import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { importArchive, listDatasets } from "@hairline/core/ingest";
import { createTestDatabase, temporaryFolder } from "@hairline/core/testing";
import { describe, expect, test } from "vitest";
import { PNG_1X1, writeFiles } from "./archive-files.ts";
import { storedImages } from "./stored.ts";

describe("a plain folder", () => {
  test("is read to the bottom, in order, without hidden and other files", async () => {
    await using database = await createTestDatabase();
    await using folder = await temporaryFolder();
    const root = join(folder.path, "Klinik Süd");
    await writeFiles(root, ["b.PNG", "a.jpeg", "deep/er/c.Tiff", "deep/d.tif"]);
    await writeFiles(root, {
      "notes.txt": "",
      "a.dcm": "",
      "._a.jpeg": "AppleDouble",
      ".cache/thumb.png": PNG_1X1,
      "__MACOSX/._b.PNG": "AppleDouble",
      "deep/empty.png": "",
      "deep/damaged.jpg": "not a JPEG",
    });
    const report = await importArchive({ database, path: root });
    // Ignored: notes.txt, a.dcm, ._a.jpeg, and the two hidden folders. Damaged files are scoring's to judge.
    expect(report).toMatchObject({
      dataset: "Klinik-Sud",
      layout: "folder",
      added: 6,
      ignored: 5,
      rejected: 0,
    });
    const { rows } = await database.pool.query<{ object_key: string; byte_size: number }>(
      "select object_key, byte_size from image order by id",
    );
    expect(rows.map((row) => [row.object_key, row.byte_size])).toEqual([
      ["a.jpeg", PNG_1X1.length],
      ["b.PNG", PNG_1X1.length],
      ["deep/d.tif", PNG_1X1.length],
      ["deep/damaged.jpg", 10],
      ["deep/empty.png", 0],
      ["deep/er/c.Tiff", PNG_1X1.length],
    ]);
    expect(await listDatasets(database)).toEqual([
      expect.objectContaining({
        name: "Klinik-Sud",
        root,
        studies: 6,
        images: 6,
        labelled: 0,
        bytes: 4 * PNG_1X1.length + 10,
      }),
    ]);
  });

  test("does not follow links out of the root, nor into a circle", async () => {
    await using database = await createTestDatabase();
    await using outside = await temporaryFolder();
    await using folder = await temporaryFolder();
    await writeFiles(outside.path, ["secret.png"]);
    await writeFiles(folder.path, ["a.png", "in/b.png"]);
    await symlink(join(outside.path, "secret.png"), join(folder.path, "file.png"));
    await symlink(outside.path, join(folder.path, "folder"));
    await symlink(folder.path, join(folder.path, "in/circle"));
    await symlink(join(folder.path, "nowhere.png"), join(folder.path, "broken.png"));
    await symlink(join(folder.path, "in/b.png"), join(folder.path, "inside.png"));
    const report = await importArchive({ database, path: folder.path });
    expect(report.rejections.map(({ objectKey, code }) => [objectKey, code])).toEqual([
      ["broken.png", "IMAGE_FILE_MISSING"],
      ["file.png", "PATH_OUTSIDE_ROOT"],
      ["folder", "PATH_OUTSIDE_ROOT"],
    ]);
    expect((await storedImages(database, report.dataset)).map(({ path }) => path)).toEqual([
      "a.png",
      "in/b.png",
      "inside.png",
    ]);
    expect(report).toMatchObject({ added: 3, rejected: 3, ignored: 1 });
  });

  test("rejects names that are no key and takes the others", async () => {
    await using database = await createTestDatabase();
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, [" a.png ", "b\\c.png", "d\n.png", "e.png", " f.png"]);
    await writeFile(
      Buffer.concat([Buffer.from(`${folder.path}/R`), Buffer.from([0xf6]), Buffer.from(".png")]),
      PNG_1X1,
    );
    const report = await importArchive({ database, path: folder.path, name: "x" });
    expect(report.rejectedByCode).toEqual({ ROW_INVALID: 3 });
    expect((await storedImages(database, "x")).map(({ path }) => path)).toEqual([" f.png", "e.png"]);
    // " a.png " ends in a space: no extension that is scored.
    expect(report.ignored).toBe(1);
  });

  test("below a root keeps the root's keys", async () => {
    await using database = await createTestDatabase();
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, ["a/1.png", "b/2.png"]);
    const report = await importArchive({ database, path: join(folder.path, "b"), root: folder.path });
    expect(report).toMatchObject({ dataset: "b", root: folder.path, added: 1 });
    expect((await storedImages(database, "b")).map(({ path }) => path)).toEqual(["b/2.png"]);
    await expect(
      importArchive({ database, path: folder.path, root: join(folder.path, "b") }),
    ).rejects.toMatchObject({ code: "PATH_OUTSIDE_ROOT" });
  });

  test("without an image is refused and leaves nothing behind", async () => {
    await using database = await createTestDatabase();
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, { "notes.txt": "", "train/notes.txt": "" });
    await expect(importArchive({ database, path: folder.path })).rejects.toMatchObject({
      code: "ARCHIVE_LAYOUT_UNKNOWN",
    });
    expect((await database.pool.query("select from dataset")).rowCount).toBe(0);
  });
});

test.each([
  ["nowhere", {}, "ARCHIVE_NOT_FOUND"],
  ["a.png", {}, "ARCHIVE_LAYOUT_UNKNOWN"],
  [".", { layout: "mura" }, "ARCHIVE_LAYOUT_UNKNOWN"],
  [".", { layout: "manifest" }, "ARCHIVE_LAYOUT_UNKNOWN"],
  ["m.csv", { layout: "folder" }, "ARCHIVE_LAYOUT_UNKNOWN"],
  ["m.csv", { layout: "mura" }, "ROW_INVALID"],
  ["m.csv", { root: "/nowhere" }, "ARCHIVE_NOT_FOUND"],
  ["m.csv", { name: "no name" }, "BAD_ARGUMENT"],
  ["m.csv", { columns: { label: "fracture" } }, "BAD_ARGUMENT"],
  [".", { columns: { label: "fracture" } }, "BAD_ARGUMENT"],
] as const)("%s with %j is refused as %s", async (path, options, code) => {
  await using database = await createTestDatabase();
  await using folder = await temporaryFolder();
  await writeFiles(folder.path, ["a.png"]);
  await writeFiles(folder.path, { "m.csv": "path\na.png\n" });
  await mkdir(join(folder.path, "empty"));
  await expect(importArchive({ database, path: join(folder.path, path), ...options })).rejects.toMatchObject({
    code,
  });
});
