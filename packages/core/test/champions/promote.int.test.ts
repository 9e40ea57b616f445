import { expect, test } from "vitest";
import {
  championFor,
  compareModels,
  listChampions,
  listPromotions,
  promoteModel,
  requireChampion,
  rollBackChampion,
} from "../../src/champions/index.ts";
import { actAs, listAuditEntries } from "../../src/audit/index.ts";
import { DEFAULT_PROMOTION_RULE } from "../../src/comparison/index.ts";
import type { Database } from "../../src/db/index.ts";
import { findPolicyInForce } from "../../src/policies/index.ts";
import { resolveScope } from "../../src/readings/index.ts";
import { createTestDatabase } from "../../src/testing/index.ts";
import { DATASET, seedChampion, seedScores } from "./seed-models.ts";

const same = (_: number, before: number): number => before;
const compare = (database: Database, challenger = "challenger", rule = DEFAULT_PROMOTION_RULE) =>
  compareModels({ database, dataset: DATASET, champion: "champion", challenger, rule, replicates: 200 });
const place = (database: Database) => ({ database, dataset: DATASET });

async function codeOf(call: () => Promise<unknown>): Promise<string> {
  return call().then(
    () => "none",
    (error: { code: string }) => error.code,
  );
}

test("promotes by a comparison and rolls back, one audited act each", async () => {
  await using database = await createTestDatabase();
  const policy = await seedChampion(database);
  const challengerId = await seedScores(database, "challenger", same);
  expect(await codeOf(() => requireChampion(database, DATASET))).toBe("CHAMPION_NOT_FOUND");
  await promoteModel({ ...place(database), model: "champion", author: "ann" });
  const { comparison } = await compare(database);
  expect(comparison.promote).toBe(true);

  // One connection, as the API acts: nothing may wait for a second.
  await using acting = await actAs(database, { actor: "key:night" });
  const promoted = await promoteModel({ ...place(acting), model: "challenger" });
  expect(promoted).toMatchObject({ model: "challenger", comparisonId: comparison.id, policyId: policy.id });
  expect(await findPolicyInForce(database, { modelId: challengerId, dataset: DATASET })).toMatchObject({
    name: "half",
  });
  expect(await championFor(database, DATASET)).toEqual(promoted);
  expect(await championFor(database, "another")).toBeUndefined();

  const back = await rollBackChampion({ ...place(database), author: "ann", note: "misses toes" });
  expect(back).toMatchObject({ model: "champion", previousId: null });
  expect(await codeOf(() => rollBackChampion(place(database)))).toBe("CHAMPION_NOT_FOUND");
  expect(await listPromotions(database)).toMatchObject([
    { action: "rolled_back", model: "champion", reason: "misses toes", author: "ann" },
    { action: "promoted", model: "challenger", policy: "half@1", comparisonId: comparison.id },
    { action: "promoted", model: "champion", comparisonId: null, forced: false },
  ]);
  const audited = await listAuditEntries(database, { action: "promotion.created", limit: 10 });
  expect(audited.map(({ actor }) => actor)).toEqual(["author:ann", "key:night", "author:ann"]);
  const scores = await database.pool.query("select count(*)::int as n from prediction group by model_id");
  expect(scores.rows).toEqual([{ n: 600 }, { n: 600 }]);
});

test("goes back step by step through any number of promotions", async () => {
  await using database = await createTestDatabase();
  await seedChampion(database);
  for (const model of ["b", "c"]) await seedScores(database, model, same);
  await promoteModel({ ...place(database), model: "champion" });
  for (const model of ["b", "c"]) await promoteModel({ ...place(database), model, force: "trial" });
  expect((await rollBackChampion(place(database))).model).toBe("b");
  await promoteModel({ ...place(database), model: "c", force: "again" });
  expect((await rollBackChampion(place(database))).model).toBe("b");
  expect((await rollBackChampion(place(database))).model).toBe("champion");
  expect(await codeOf(() => rollBackChampion(place(database)))).toBe("CHAMPION_NOT_FOUND");
});

test("keeps a default champion beside the datasets' own", async () => {
  await using database = await createTestDatabase();
  await seedChampion(database);
  await seedScores(database, "challenger", same);
  await promoteModel({ database, dataset: null, model: "champion" });
  expect(await championFor(database, DATASET)).toMatchObject({ model: "champion", dataset: null });
  await promoteModel({ ...place(database), model: "challenger" });
  expect(await championFor(database, DATASET)).toMatchObject({ model: "challenger" });
  expect((await listChampions(database)).map(({ dataset, model }) => [dataset, model])).toEqual([
    [DATASET, "challenger"],
    [null, "champion"],
  ]);
});

test("is read where several models scored a dataset and none is named", async () => {
  await using database = await createTestDatabase();
  await seedChampion(database);
  for (const model of ["challenger", "other"]) await seedScores(database, model, same);
  const reading = { database, dataset: DATASET };
  expect(await codeOf(() => resolveScope(reading))).toBe("BAD_ARGUMENT");
  await promoteModel({ database, dataset: null, model: "other" });
  expect((await resolveScope(reading)).model).toBe("other");
  await promoteModel({ ...place(database), model: "challenger" });
  expect((await resolveScope(reading)).model).toBe("challenger");
  expect((await resolveScope({ ...reading, model: "other" })).model).toBe("other");
});

test("refuses what its comparison does not carry, and is forced only with a reason", async () => {
  await using database = await createTestDatabase();
  await seedChampion(database);
  await seedScores(database, "challenger", same);
  // Finds no fracture.
  await seedScores(database, "worse", (_, before) => before / 4);
  const promote = (given: object) =>
    codeOf(() => promoteModel({ ...place(database), model: "challenger", ...given }));
  expect(await promote({ comparisonId: 1 })).toBe("PROMOTION_REFUSED");
  await promoteModel({ ...place(database), model: "champion" });
  expect(await promote({ model: "champion" })).toBe("BAD_ARGUMENT");
  expect(await promote({ model: "nobody" })).toBe("MODEL_NOT_FOUND");
  expect(await promote({ dataset: "nowhere" })).toBe("DATASET_NOT_FOUND");
  expect(await promote({})).toBe("COMPARISON_NOT_FOUND");
  expect(await promote({ comparisonId: 99 })).toBe("COMPARISON_NOT_FOUND");
  const { comparison } = await compare(database, "worse");
  expect(comparison.reasons.filter(({ passed }) => !passed).map(({ criterion }) => criterion)).toContain(
    "sensitivity",
  );
  expect(await promote({ comparisonId: comparison.id })).toBe("PROMOTION_REFUSED");
  expect(await promote({ model: "worse" })).toBe("PROMOTION_REFUSED");
  expect(await promote({ force: "  " })).toBe("BAD_ARGUMENT");
  expect((await championFor(database, DATASET))!.model).toBe("champion");
  expect(await promote({ force: "the old one is withdrawn" })).toBe("none");
  expect((await listPromotions(database))[0]).toMatchObject({
    forced: true,
    reason: "the old one is withdrawn",
    comparisonId: null,
  });
});

test("refuses a comparison whose champion, labels or scores are no longer those", async () => {
  await using database = await createTestDatabase();
  await seedChampion(database);
  for (const model of ["challenger", "other"]) await seedScores(database, model, same);
  await promoteModel({ ...place(database), model: "champion" });
  await compare(database);
  const { comparison } = await compare(database, "other");
  await database.pool.query("update image set label = 1 - label where id = 1");
  expect(await codeOf(() => promoteModel({ ...place(database), model: "challenger" }))).toBe(
    "PROMOTION_REFUSED",
  );
  await compare(database);
  await promoteModel({ ...place(database), model: "challenger" });
  expect(
    await codeOf(() => promoteModel({ ...place(database), model: "other", comparisonId: comparison.id })),
  ).toBe("PROMOTION_REFUSED");
});

test("lets one of two promotions at once win", async () => {
  await using database = await createTestDatabase();
  await seedChampion(database);
  for (const model of ["b", "c"]) await seedScores(database, model, same);
  await promoteModel({ ...place(database), model: "champion" });
  for (const model of ["b", "c"]) await compare(database, model);
  const codes = await Promise.all(
    ["b", "c"].map((model) => codeOf(() => promoteModel({ ...place(database), model }))),
  );
  // The second finds another champion than its comparison's.
  expect(codes.toSorted()).toEqual(["COMPARISON_NOT_FOUND", "none"]);
});

test.each(["promotion", "model_comparison"])("keeps the rows of %s as they are", async (table) => {
  await using database = await createTestDatabase();
  await seedChampion(database);
  await seedScores(database, "challenger", same);
  await promoteModel({ ...place(database), model: "champion" });
  await compare(database);
  for (const statement of [
    `update ${table} set author = 'x'`,
    `delete from ${table}`,
    `truncate ${table} cascade`,
  ]) {
    await expect(database.pool.query(statement)).rejects.toMatchObject({ code: "23001" });
  }
});
