import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Database } from "@hairline/core/db";
import { importArchive, type ImportReport } from "@hairline/core/ingest";
import { createTestDatabase, temporaryFolder } from "@hairline/core/testing";
import { describe, expect, test } from "vitest";
import { PNG_1X1, touch, writeFiles } from "./archive-files.ts";
import { imageIds, storedImages, storedStudies } from "./stored.ts";

/** A prediction with CAM and embedding for every image, and a quarantine row of a second model. */
async function seedFacts(database: Database): Promise<void> {
  await database.pool.query(
    "insert into model (name, kind, alphas) values ('first', 'external', '{}'), ('second', 'external', '{}')",
  );
  await database.pool.query(
    `insert into prediction (model_id, image_id, probability)
     select model.id, image.id, 0.5 from model, image where model.name = 'first'`,
  );
  await database.pool.query(
    `insert into prediction_cam (model_id, image_id, height, width, grid)
     select model_id, image_id, 1, 1, '{1}' from prediction`,
  );
  await database.pool.query(
    `insert into quarantine (model_id, image_id, code, message)
     select model.id, image.id, 'IMAGE_EMPTY', '' from model, image where model.name = 'second'`,
  );
}

async function factsOf(database: Database): Promise<Record<string, unknown>[]> {
  const { rows } = await database.pool.query<Record<string, unknown>>(
    `select object_key as path,
            (select count(*) from prediction where image_id = image.id) as predictions,
            (select count(*) from prediction_cam where image_id = image.id) as cams,
            (select count(*) from quarantine where image_id = image.id) as quarantined
     from image order by object_key collate "C"`,
  );
  return rows;
}

const counts = ({ added, updated, unchanged, rejected }: ImportReport) => ({
  added,
  updated,
  unchanged,
  rejected,
});

describe("an archive imported again", () => {
  test("unchanged changes nothing, not even a row's version", async () => {
    await using database = await createTestDatabase();
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, ["a.png", "b.png"]);
    await writeFiles(folder.path, { "m.csv": 'path,label,boxes\na.png,1,"[[0,0,1,1]]"\nb.png,,\n' });
    const path = join(folder.path, "m.csv");
    const versions = async () => (await database.pool.query("select id, xmin from image order by id")).rows;

    const first = await importArchive({ database, path });
    expect(first).toMatchObject({ created: true, added: 2 });
    const before = await versions();
    const second = await importArchive({ database, path });
    expect(second).toMatchObject({ created: false, datasetId: first.datasetId, factsRemoved: 0 });
    expect(counts(second)).toEqual({ added: 0, updated: 0, unchanged: 2, rejected: 0 });
    expect(await versions()).toEqual(before);
  });

  test("loses the facts of the images whose bytes changed, and only those", async () => {
    await using database = await createTestDatabase();
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, ["longer.png", "newer.png", "same.png"]);
    await touch(join(folder.path, "newer.png"), "2024-01-01T00:00:00Z");
    await touch(join(folder.path, "longer.png"), "2024-01-01T00:00:00Z");
    const name = "x";
    await importArchive({ database, path: folder.path, name });
    await seedFacts(database);
    await database.pool.query("update image set content_hash = '\\x00'");
    const ids = await imageIds(database);

    await touch(join(folder.path, "newer.png"), "2024-01-01T00:00:01Z");
    await writeFile(join(folder.path, "longer.png"), Buffer.concat([PNG_1X1, PNG_1X1]));
    await touch(join(folder.path, "longer.png"), "2024-01-01T00:00:00Z");
    const report = await importArchive({ database, path: folder.path, name });
    expect(counts(report)).toEqual({ added: 0, updated: 2, unchanged: 1, rejected: 0 });
    // A prediction and a quarantine row each.
    expect(report.factsRemoved).toBe(4);
    expect(await factsOf(database)).toEqual([
      { path: "longer.png", predictions: 0, cams: 0, quarantined: 0 },
      { path: "newer.png", predictions: 0, cams: 0, quarantined: 0 },
      { path: "same.png", predictions: 1, cams: 1, quarantined: 1 },
    ]);
    expect(await imageIds(database)).toEqual(ids);
    const { rows } = await database.pool.query(
      "select byte_size, content_hash is null as unhashed from image order by object_key",
    );
    expect(rows).toEqual([
      { byte_size: 2 * PNG_1X1.length, unhashed: true },
      { byte_size: PNG_1X1.length, unhashed: true },
      { byte_size: PNG_1X1.length, unhashed: false },
    ]);
  });

  test("with other labels and studies moves images, keeps their facts, and relabels studies", async () => {
    await using database = await createTestDatabase();
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, ["1.png", "2.png", "3.png"]);
    const path = join(folder.path, "x.csv");
    await writeFile(path, "path,label,study,body_part\n1.png,1,s,hand\n2.png,0,s,wrist\n3.png,0,t,hand\n");
    await importArchive({ database, path });
    await seedFacts(database);
    expect(await storedStudies(database, "x")).toEqual([
      { study: "s", label: 1, body_part: null, split: null },
      { study: "t", label: 0, body_part: "hand", split: null },
    ]);

    await writeFile(path, "path,label,study,body_part\n1.png,0,s,wrist\n2.png,0,s,wrist\n3.png,1,u,hand\n");
    const report = await importArchive({ database, path });
    expect(counts(report)).toEqual({ added: 0, updated: 2, unchanged: 1, rejected: 0 });
    expect(report.factsRemoved).toBe(0);
    // Study t lost its only image.
    expect(await storedStudies(database, "x")).toEqual([
      { study: "s", label: 0, body_part: "wrist", split: null },
      { study: "u", label: 1, body_part: "hand", split: null },
    ]);
    expect((await factsOf(database)).map(({ predictions }) => predictions)).toEqual([1, 1, 1]);
  });

  test("relabels the study that an image left, also when it keeps others", async () => {
    await using database = await createTestDatabase();
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, ["1.png", "2.png"]);
    const path = join(folder.path, "x.csv");
    await writeFile(path, "path,label,study\n1.png,1,s\n2.png,0,s\n");
    await importArchive({ database, path });
    await writeFile(path, "path,label,study\n1.png,1,t\n2.png,0,s\n");
    await importArchive({ database, path });
    expect((await storedStudies(database, "x")).map(({ study, label }) => [study, label])).toEqual([
      ["s", 0],
      ["t", 1],
    ]);
  });

  test("adds what is new and keeps what is no longer listed", async () => {
    await using database = await createTestDatabase();
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, ["1.png", "2.png"]);
    const path = join(folder.path, "x.csv");
    await writeFile(path, "path\n1.png\n");
    await importArchive({ database, path });
    await writeFile(path, "path\n2.png\n");
    expect(counts(await importArchive({ database, path }))).toEqual({
      added: 1,
      updated: 0,
      unchanged: 0,
      rejected: 0,
    });
    expect(await storedImages(database, "x")).toHaveLength(2);
  });
});

describe("a dataset's name", () => {
  test("belongs to one root", async () => {
    await using database = await createTestDatabase();
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, ["a/x/1.png", "b/x/1.png"]);
    await importArchive({ database, path: join(folder.path, "a/x") });
    const second = { database, path: join(folder.path, "b/x") };
    await expect(importArchive(second)).rejects.toMatchObject({ code: "DATASET_NAME_TAKEN" });
    expect(await importArchive({ ...second, name: "other" })).toMatchObject({ dataset: "other", added: 1 });
  });

  test("of a folder takes the manifest that labels it, and then no unlabelled import", async () => {
    await using database = await createTestDatabase();
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, ["1.png", "2.png"]);
    const name = "x";
    await importArchive({ database, path: folder.path, name });
    const ids = await imageIds(database);
    await writeFiles(folder.path, { "labels.csv": "path,label,study\n1.png,1,s\n2.png,0,s\n" });
    const labelled = await importArchive({ database, path: join(folder.path, "labels.csv"), name });
    expect(labelled).toMatchObject({ layout: "manifest", updated: 2 });
    expect(await imageIds(database)).toEqual(ids);
    expect(await storedStudies(database, name)).toEqual([
      { study: "s", label: 1, body_part: null, split: null },
    ]);
    await expect(importArchive({ database, path: folder.path, name })).rejects.toMatchObject({
      code: "DATASET_NAME_TAKEN",
    });
  });
});
