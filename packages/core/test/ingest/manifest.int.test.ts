import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { importArchive } from "@hairline/core/ingest";
import { createTestDatabase, temporaryFolder } from "@hairline/core/testing";
import { describe, expect, test } from "vitest";
import { PNG_1X1, writeFiles } from "./archive-files.ts";
import { storedImages, storedStudies } from "./stored.ts";

const IMAGES = ["a.png", "b.jpg", "wrist/c.tif"];

describe("a manifest", () => {
  test("stores what its columns say, with mapped columns, and names those it ignores", async () => {
    await using database = await createTestDatabase();
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, IMAGES);
    await writeFiles(folder.path, {
      "hand.csv":
        "\uFEFFpath;label;study;patient;region;split;view;hardware;boxes_xyxy_px;width\r\n" +
        'a.png;1;1;p1;hand;train;AP;1;"[[1, 2, 3, 4]]";10\r\n' +
        "b.jpg;negative;1;p2;hand;;;;[];10\r\n" +
        `${folder.path}/wrist/c.tif;;;;;;;;;\r\n`,
    });
    const report = await importArchive({
      database,
      path: join(folder.path, "hand.csv"),
      columns: { body_part: "region" },
    });
    expect(report).toMatchObject({
      dataset: "hand",
      layout: "manifest",
      added: 3,
      ignoredColumns: ["width"],
    });
    const rest = { patient: null, body_part: null, split: null, label: null };
    expect(await storedImages(database, "hand")).toEqual([
      { path: "a.png", study: "p1/1", patient: "p1", body_part: "hand", split: "train", label: 1 },
      { path: "b.jpg", study: "p2/1", patient: "p2", body_part: "hand", split: null, label: 0 },
      { path: "wrist/c.tif", study: "wrist/c.tif", ...rest },
    ]);
    const { rows } = await database.pool.query(
      "select view, hardware, boxes, byte_size from image order by object_key",
    );
    expect(rows).toEqual([
      { view: "AP", hardware: true, boxes: [[1, 2, 3, 4]], byte_size: PNG_1X1.length },
      { view: null, hardware: null, boxes: [], byte_size: PNG_1X1.length },
      { view: null, hardware: null, boxes: null, byte_size: PNG_1X1.length },
    ]);
  });

  test("labels a study 1 when any image is, and keeps what its images share", async () => {
    await using database = await createTestDatabase();
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, ["1.png", "2.png", "3.png", "4.png", "5.png", "6.png"]);
    await writeFiles(folder.path, {
      "s.csv":
        "path,label,study,body_part,split\n" +
        "1.png,0,mixed,hand,train\n2.png,1,mixed,wrist,train\n" +
        "3.png,0,negative,hand,\n4.png,,negative,,valid\n" +
        "5.png,,unknown,,\n6.png,,unknown,,\n",
    });
    const expected = [
      { study: "mixed", label: 1, body_part: null, split: "train" },
      { study: "negative", label: 0, body_part: "hand", split: "valid" },
      { study: "unknown", label: null, body_part: null, split: null },
    ];
    // One image a batch: studies grow over batches to the same result.
    for (const [name, batchSize] of [
      ["whole", 100],
      ["single", 1],
    ] as const) {
      await importArchive({ database, path: join(folder.path, "s.csv"), name, batchSize });
      expect(await storedStudies(database, name)).toEqual(expected);
    }
  });

  test("rejects every row that cannot be taken, with its line and code, and goes on", async () => {
    await using database = await createTestDatabase();
    await using outside = await temporaryFolder();
    await using folder = await temporaryFolder();
    await writeFiles(outside.path, ["secret.png"]);
    await writeFiles(folder.path, ["a.png", "z.png", "dir.png/x.png"]);
    await symlink(join(outside.path, "secret.png"), join(folder.path, "link.png"));
    await symlink(outside.path, join(folder.path, "linked"));
    await symlink(join(folder.path, "a.png"), join(folder.path, "inside.png"));
    const rows = [
      "a.png,1,",
      "gone.png,1,",
      "../secret.png,1,",
      `${outside.path}/secret.png,1,`,
      "link.png,1,",
      "linked/secret.png,1,",
      "dir.png,1,",
      "a.png/x.png,1,",
      "z.png,5,",
      "z.png,1",
      'z.png,1,"not boxes"',
      '"z".png,1,',
      `${"x".repeat(300)}.png,1,`,
      "inside.png,0,",
      "z.png,0,",
    ];
    await writeFiles(folder.path, { "m.csv": `path,label,boxes\n${rows.join("\n")}\n` });
    const report = await importArchive({ database, path: join(folder.path, "m.csv") });
    const expected = [
      [3, "IMAGE_FILE_MISSING"],
      [4, "PATH_OUTSIDE_ROOT"],
      [5, "PATH_OUTSIDE_ROOT"],
      [6, "PATH_OUTSIDE_ROOT"],
      [7, "PATH_OUTSIDE_ROOT"],
      [8, "ROW_INVALID"],
      [9, "IMAGE_FILE_MISSING"],
      [10, "ROW_INVALID"],
      [11, "ROW_INVALID"],
      [12, "ROW_INVALID"],
      [13, "ROW_INVALID"],
      [14, "ROW_INVALID"],
    ];
    expect(report.rejections.map(({ line, code }) => [line, code])).toEqual(expected);
    expect(report).toMatchObject({
      added: 3,
      rejected: 12,
      rejectedByCode: { IMAGE_FILE_MISSING: 2, PATH_OUTSIDE_ROOT: 4, ROW_INVALID: 6 },
    });
    expect((await storedImages(database, "m")).map(({ path }) => path)).toEqual([
      "a.png",
      "inside.png",
      "z.png",
    ]);

    const stored = await database.pool.query<{ line: number; code: string; ordinal: number }>(
      "select ordinal, line, code from import_rejection where import_id = $1 order by ordinal",
      [report.importId],
    );
    expect(stored.rows).toEqual(expected.map(([line, code], index) => ({ ordinal: index + 1, line, code })));
  });

  test("shows the first rejections and stores all, also over batches", async () => {
    await using database = await createTestDatabase();
    await using folder = await temporaryFolder();
    const rows = Array.from({ length: 10 }, (_, index) => `gone${index}.png`);
    await writeFiles(folder.path, { "m.csv": `path\n${rows.join("\n")}\n` });
    const report = await importArchive({
      database,
      path: join(folder.path, "m.csv"),
      batchSize: 3,
      maxRejections: 4,
    });
    expect(report.rejections.map(({ objectKey }) => objectKey)).toEqual(rows.slice(0, 4));
    const { rows: stored } = await database.pool.query<{ ordinal: number; object_key: string }>(
      "select ordinal, object_key from import_rejection order by ordinal",
    );
    expect(stored).toEqual(rows.map((key, index) => ({ ordinal: index + 1, object_key: key })));
  });

  test.each([
    ["in one batch", 100],
    ["over batches", 1],
  ])("takes the first of repeated rows %s", async (_, batchSize) => {
    await using database = await createTestDatabase();
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, ["a.png", "b.png"]);
    await writeFiles(folder.path, {
      "m.csv":
        "path,label,split\na.png,1,train\nb.png,,\na.png,1,train\n./a.png,0,train\na.png,0,train\nb.png,1,\n",
    });
    const once = await importArchive({ database, path: join(folder.path, "m.csv"), batchSize });
    expect(once).toMatchObject({ added: 2, duplicates: 1, rejected: 3 });
    expect(once.rejections.map(({ line, code }) => [line, code])).toEqual([
      [5, "ROW_LABEL_CONFLICT"],
      [6, "ROW_LABEL_CONFLICT"],
      // An unknown label is no other label, but the rows are not the same.
      [7, "ROW_INVALID"],
    ]);
    const again = await importArchive({ database, path: join(folder.path, "m.csv"), batchSize });
    expect(again).toMatchObject({ added: 0, updated: 0, unchanged: 2, duplicates: 1, rejected: 3 });
    expect((await storedImages(database, "m")).map(({ label }) => label)).toEqual([1, null]);
  });

  test.each([
    ["has no path column", "file,label\na.png,1\n", "ROW_INVALID"],
    ["has no header", "a.png,1\n", "ROW_INVALID"],
    ["is empty", "", "ROW_INVALID"],
    ["has a header alone", "path,label\n", "ROW_INVALID"],
    ["has a column twice", "path,path\na.png,a.png\n", "ROW_INVALID"],
  ])("that %s is refused and leaves nothing behind", async (_, text, code) => {
    await using database = await createTestDatabase();
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, { "m.csv": text });
    await expect(importArchive({ database, path: join(folder.path, "m.csv") })).rejects.toMatchObject({
      code,
      file: join(folder.path, "m.csv"),
    });
    expect((await database.pool.query("select from dataset")).rowCount).toBe(0);
  });

  test("elsewhere than its images takes them from --root", async () => {
    await using database = await createTestDatabase();
    await using images = await temporaryFolder();
    await using folder = await temporaryFolder();
    await writeFiles(images.path, IMAGES);
    await writeFiles(folder.path, { "labels.csv": `path\n${IMAGES.join("\n")}\n` });
    const report = await importArchive({
      database,
      path: join(folder.path, "labels.csv"),
      root: images.path,
      name: "x",
    });
    expect(report).toMatchObject({ dataset: "x", root: images.path, added: 3 });
  });
});
