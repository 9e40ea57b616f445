import { inTransaction, type Database } from "@hairline/core/db";
import { createTestDatabase } from "@hairline/core/testing";
import { expect, test } from "vitest";
import { seededKey, seedFacts, type SeededImage } from "../readings/seed-facts.ts";

const FACTS = { probability: 0.5, entropy: 1, degenerate: false, areas: [0.2], label: 1 } as const;
const IMAGES: SeededImage[] = [
  { ...FACTS, bodyPart: "wrist" },
  { ...FACTS, bodyPart: "hand" },
  { ...FACTS, bodyPart: "hand" },
  { ...FACTS, bodyPart: "wrist" },
];
const [WRIST, HAND, OTHER_HAND, OTHER_WRIST] = IMAGES.map((_, index) => seededKey(index));

const PREDICT = `insert into prediction (model_id, image_id, probability)
                 select model.id, image.id, 0.5 from model, image where object_key = $1`;

/** Resolves once some statement of the database waits for another transaction. */
async function untilSomeoneWaits({ pool }: Database): Promise<void> {
  for (;;) {
    const { rowCount } = await pool.query(
      `select from pg_stat_activity
       where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0`,
    );
    if (rowCount !== 0) return;
  }
}

test("makes new strata in whatever order two transactions need them", async () => {
  await using database = await createTestDatabase();
  await seedFacts(database, { alphas: [0.5], images: IMAGES });
  await database.pool.query("delete from prediction; delete from stratum");
  const other = async (): Promise<void> =>
    inTransaction(database.pool, async (client) => {
      await client.query(PREDICT, [HAND]);
      await client.query(PREDICT, [OTHER_WRIST]);
    });
  const outcomes = await inTransaction(database.pool, async (client) => {
    await client.query(PREDICT, [WRIST]);
    const settled = Promise.allSettled([other()]);
    await untilSomeoneWaits(database);
    await client.query(PREDICT, [OTHER_HAND]);
    return { settled };
  });
  expect(await outcomes.settled).toEqual([{ status: "fulfilled", value: undefined }]);
  const { rows } = await database.pool.query<{ body_part: string; count: number }>(
    `select body_part, count(prediction.image_id) as count
     from stratum left join prediction on stratum_id = stratum.id group by body_part order by body_part`,
  );
  expect(rows).toEqual([
    { body_part: "hand", count: 2 },
    { body_part: "wrist", count: 2 },
  ]);
});
