import { join } from "node:path";
import { importArchive } from "@hairline/core/ingest";
import { createTestDatabase, temporaryFolder } from "@hairline/core/testing";
import { expect, test } from "vitest";
import { touch, writeFiles } from "./archive-files.ts";

test("forgets the size of an image whose bytes changed, and no other's", async () => {
  await using database = await createTestDatabase();
  await using folder = await temporaryFolder();
  await writeFiles(folder.path, ["a.png", "b.png"]);
  await importArchive({ database, path: folder.path });
  await database.pool.query("update image set width = 40, height = 20");
  await touch(join(folder.path, "a.png"), "2001-02-03T04:05:06Z");
  await importArchive({ database, path: folder.path });
  const { rows } = await database.pool.query(
    "select object_key, width, height from image order by object_key",
  );
  expect(rows).toEqual([
    { object_key: "a.png", width: null, height: null },
    { object_key: "b.png", width: 40, height: 20 },
  ]);
});
