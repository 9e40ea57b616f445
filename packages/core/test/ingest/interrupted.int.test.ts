import { join } from "node:path";
import type { Database } from "@hairline/core/db";
import { importArchive } from "@hairline/core/ingest";
import { createTestDatabase, temporaryFolder } from "@hairline/core/testing";
import { expect, test } from "vitest";
import { writeFiles } from "./archive-files.ts";
import { storedImages, storedStudies } from "./stored.ts";

const IMAGES = Array.from({ length: 40 }, (_, index) => `${String(index).padStart(2, "0")}.png`);

/** 40 images in studies of three, and one missing file in ten rows. */
function manifest(): string {
  const rows = IMAGES.flatMap((path, index) => [
    `${path},${index % 2},${Math.floor(index / 3)}`,
    ...(index % 10 === 9 ? [`gone${index}.png,,`] : []),
  ]);
  return `path,label,study\n${rows.join("\n")}\n`;
}

interface ImportRow {
  added: number;
  unchanged: number;
  rejected: number;
  finished: boolean;
  rejections: number;
}

async function importRows(database: Database): Promise<ImportRow[]> {
  const { rows } = await database.pool.query<ImportRow>(
    `select added, unchanged, rejected, finished_at is not null as finished,
            (select count(*) from import_rejection where import_id = import.id) as rejections
     from import order by started_at`,
  );
  return rows;
}

test("an import that is stopped leaves whole batches, and the next one goes on", async () => {
  await using database = await createTestDatabase();
  await using folder = await temporaryFolder();
  await writeFiles(folder.path, IMAGES);
  await writeFiles(folder.path, { "x.csv": manifest() });
  const path = join(folder.path, "x.csv");

  const stop = new AbortController();
  const interrupted = importArchive({
    database,
    path,
    batchSize: 5,
    signal: stop.signal,
    onProgress: ({ entries }) => {
      if (entries >= 15) stop.abort();
    },
  });
  await expect(interrupted).rejects.toMatchObject({ code: "INTERRUPTED" });

  const [stopped] = await importRows(database);
  const stored = await storedImages(database, "x");
  expect(stored.length).toBeGreaterThanOrEqual(14);
  expect(stored.length).toBeLessThan(IMAGES.length);
  expect(stopped).toEqual({
    added: stored.length,
    unchanged: 0,
    // One missing file follows every tenth image; batches are in the manifest's order.
    rejected: Math.floor(stored.length / 10),
    finished: false,
    rejections: Math.floor(stored.length / 10),
  });
  // No study without images, and every study's label is its images' highest.
  const { rows: unlike } = await database.pool.query(
    `select study.id from study left join image on image.study_id = study.id
     group by study.id having count(image.id) = 0 or max(image.label) is distinct from study.label`,
  );
  expect(unlike).toEqual([]);

  const resumed = await importArchive({ database, path, batchSize: 5 });
  expect(resumed).toMatchObject({
    added: IMAGES.length - stored.length,
    unchanged: stored.length,
    rejected: 4,
  });
  expect((await storedImages(database, "x")).map((image) => image["path"])).toEqual(IMAGES);
});

test("a signal that has aborted before stops an import before it stores anything", async () => {
  await using database = await createTestDatabase();
  await using folder = await temporaryFolder();
  await writeFiles(folder.path, IMAGES);
  await expect(
    importArchive({ database, path: folder.path, signal: AbortSignal.abort() }),
  ).rejects.toMatchObject({ code: "INTERRUPTED" });
  expect((await database.pool.query("select from dataset")).rowCount).toBe(0);
});

test("a batch that fails is not stored in part", async () => {
  await using database = await createTestDatabase();
  await using folder = await temporaryFolder();
  await writeFiles(folder.path, IMAGES);
  await database.pool.query("alter table image add constraint refused check (object_key <> '07.png')");
  await expect(importArchive({ database, path: folder.path, name: "x", batchSize: 5 })).rejects.toMatchObject(
    {
      constraint: "refused",
    },
  );
  expect((await storedImages(database, "x")).map((image) => image["path"])).toEqual(IMAGES.slice(0, 5));
  expect(await storedStudies(database, "x")).toHaveLength(5);
  expect(await importRows(database)).toMatchObject([{ added: 5, finished: false }]);
});

test.for([
  ["is lost", "perform pg_terminate_backend(pg_backend_pid())"],
  ["has a full disk", "raise exception 'could not extend file' using errcode = 'disk_full'"],
] as const)(
  "a database that %s in the middle has a code, and the same import goes on",
  async ([, action]) => {
    await using database = await createTestDatabase();
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, IMAGES);
    await database.pool.query(
      `create function fail() returns trigger language plpgsql as $$ begin ${action}; return new; end $$;
     create trigger failing before insert on image for each row when (new.object_key = '07.png')
     execute function fail()`,
    );
    const importing = () => importArchive({ database, path: folder.path, name: "x", batchSize: 5 });
    await expect(importing()).rejects.toMatchObject({ code: "DATABASE_UNAVAILABLE" });
    await database.pool.query("drop trigger failing on image");
    expect(await importing()).toMatchObject({ added: IMAGES.length - 5, unchanged: 5 });
  },
);

test("two imports at once into one dataset add every image once", async () => {
  await using database = await createTestDatabase();
  await using folder = await temporaryFolder();
  await writeFiles(folder.path, IMAGES);
  const rows = manifest().trimEnd().split("\n");
  const [header = "", ...rest] = rows;
  await writeFiles(folder.path, {
    "forth.csv": `${rows.join("\n")}\n`,
    "back.csv": `${[header, ...rest.reverse()].join("\n")}\n`,
  });
  const name = "x";
  const reports = await Promise.all(
    ["forth.csv", "back.csv"].map((csv) =>
      importArchive({ database, path: join(folder.path, csv), name, batchSize: 3 }),
    ),
  );
  expect(reports.map(({ added, unchanged }) => added + unchanged)).toEqual([IMAGES.length, IMAGES.length]);
  expect(reports.reduce((sum, { added }) => sum + added, 0)).toBe(IMAGES.length);
  expect(reports.filter(({ created }) => created)).toHaveLength(1);
  expect((await storedImages(database, name)).map((image) => image["path"])).toEqual(IMAGES);
  // Studies of three with labels 0 and 1 by turns always hold a 1, but the last, image 39 alone, is 1 as well.
  expect(new Set((await storedStudies(database, name)).map(({ label }) => label))).toEqual(new Set([1]));
});

test("progress counts everything an archive lists", async () => {
  await using database = await createTestDatabase();
  await using folder = await temporaryFolder();
  await writeFiles(folder.path, IMAGES);
  await writeFiles(folder.path, { "notes.txt": "", "x.csv": manifest() });
  const seen: number[] = [];
  const report = await importArchive({
    database,
    path: join(folder.path, "x.csv"),
    batchSize: 20,
    onProgress: (progress) => {
      seen.push(progress.entries);
      const { added, updated, unchanged, duplicates, rejected, ignored } = progress;
      expect(added + updated + unchanged + duplicates + rejected + ignored).toBe(progress.entries);
    },
  });
  // 40 images and 4 missing files in batches of 20.
  expect(seen).toEqual([20, 40, 44]);
  expect(report.entries).toBe(44);
});
