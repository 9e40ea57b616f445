import type { Database } from "@hairline/core/db";
import { addVerdict, listVerdicts } from "@hairline/core/reviews";
import { createTestDatabase } from "@hairline/core/testing";
import { expect, it } from "vitest";

async function seed({ pool }: Database): Promise<void> {
  await pool.query("insert into dataset (name, root, layout) values ('archive', '', 'folder')");
  await pool.query("insert into study (dataset_id, study_key) values (1, 'one'), (1, 'two')");
}

it("keeps every verdict in the order given, a reviewer's later one beside the earlier", async () => {
  await using database = await createTestDatabase();
  await seed(database);
  await addVerdict(database, { studyId: 1, verdict: 1, reviewer: "ada", note: "cortical step" });
  await addVerdict(database, { studyId: 2, verdict: 0, reviewer: "bob" });
  await addVerdict(database, { studyId: 1, verdict: 0, reviewer: "ada" });
  const ofAda = await listVerdicts(database, { reviewer: "ada", limit: 10 });
  expect(ofAda.map(({ verdict, note }) => [verdict, note])).toEqual([
    [1, "cortical step"],
    [0, null],
  ]);
  const after = await listVerdicts(database, { dataset: "archive", afterId: ofAda[0]?.id, limit: 1 });
  expect(after.map(({ studyId }) => studyId)).toEqual([2]);
  await expect(addVerdict(database, { studyId: 9, verdict: 0, reviewer: "ada" })).rejects.toMatchObject({
    code: "STUDY_NOT_FOUND",
  });
});

it("refuses to change or delete a verdict, but lets it go with its study", async () => {
  await using database = await createTestDatabase();
  await seed(database);
  await addVerdict(database, { studyId: 1, verdict: 1, reviewer: "ada" });
  for (const sql of ["update study_verdict set verdict = 0", "delete from study_verdict"])
    await expect(database.pool.query(sql)).rejects.toMatchObject({ code: "23001" });
  await database.pool.query("delete from dataset");
  expect(await listVerdicts(database, { limit: 10 })).toEqual([]);
});
