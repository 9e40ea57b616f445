import { pageRuns } from "@hairline/core/listing";
import { createTestDatabase } from "@hairline/core/testing";
import { expect, it } from "vitest";

it("pages runs that began in the same microsecond, each once and the latest first", async () => {
  await using database = await createTestDatabase();
  await database.pool.query("insert into dataset (name, root, layout) values ('archive', '', 'folder')");
  await database.pool.query("insert into model (name, kind, alphas) values ('scorer', 'external', '{}')");
  await database.pool.query(
    `insert into run (id, dataset_id, model_id, shard_size, state, created_at)
     select gen_random_uuid(), 1, 1, 256, 'completed', timestamptz '2026-01-01 00:00:00.123457Z' + (n / 3) * interval '1 microsecond'
     from generate_series(0, 6) as n`,
  );
  const seen: string[] = [];
  for (let before: [number, string] | undefined; ;) {
    const page = await pageRuns(database, { before, limit: 2 });
    const last = page.at(-1);
    if (last === undefined) break;
    seen.push(...page.map(({ runId }) => runId));
    before = [last.position, last.runId];
  }
  const { rows } = await database.pool.query<{ id: string }>(
    "select id from run order by created_at desc, id desc",
  );
  expect(seen).toEqual(rows.map(({ id }) => id));
});
