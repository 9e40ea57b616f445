import fc from "fast-check";
import { expect, test } from "vitest";
import { openDatabase, type Database } from "../../src/db/index.ts";
import { sweep } from "../../src/readings/index.ts";
import {
  checkRollup,
  compactRollups,
  readFactsVersion,
  rebuildRollup,
  type RollupScope,
} from "../../src/rollup/index.ts";
import { createTestDatabase } from "../../src/testing/index.ts";
import { arbitraryImage, SEED_ALPHAS } from "../readings/arbitrary-facts.ts";
import { seedFacts } from "../readings/seed-facts.ts";
import { change, scopeOf } from "./change-facts.ts";

const WRITERS = 16;
const TURNS = 8;
const RIGHT = { wrongCells: 0, otherGrid: false };

/** Rewrites and relabels images of its own in transactions of several statements, in an order of its own. */
async function write(database: Database, { datasetId, modelId }: RollupScope, writer: number): Promise<void> {
  const client = await database.pool.connect();
  try {
    for (let turn = 0; turn < TURNS; turn++) {
      const order = (turn + writer) % 2 === 0 ? "asc" : "desc";
      await client.query("begin");
      for (const share of [0, 1]) {
        await client.query(
          `insert into prediction (model_id, image_id, probability, entropy, area_1, area_2, area_3, area_4, area_5)
           select $1, id, random(), 4 * random(), random(), random(), random(), random(), random()
           from image where dataset_id = $2 and id % ${WRITERS} = $3 and id / ${WRITERS} % 2 = $4
           order by id ${order}
           on conflict (model_id, image_id) do update
           set probability = excluded.probability, entropy = excluded.entropy, degenerate = false,
               area_1 = excluded.area_1, area_2 = excluded.area_2, area_3 = excluded.area_3,
               area_4 = excluded.area_4, area_5 = excluded.area_5`,
          [modelId, datasetId, writer, share],
        );
      }
      await client.query(turn % 5 === 4 ? "rollback" : "commit");
    }
  } finally {
    client.release();
  }
}

async function relabel(database: Database, scope: RollupScope): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++)
    await change(database, scope, { name: "a label corrected", turn: turn % 4 });
}

/** One by one: two statements that lock the same rows in two orders deadlock with each other, rollup or not. */
async function remove(database: Database, scope: RollupScope): Promise<void> {
  for (let turn = 0; turn < TURNS * WRITERS; turn++) {
    await database.pool.query(
      `delete from prediction
       where model_id = $1 and image_id = (select min(id) + $3 from image where dataset_id = $2)`,
      [scope.modelId, scope.datasetId, (turn * 37) % 640],
    );
  }
}

test("loses no change and deadlocks with none, whoever writes, relabels, compacts and rebuilds at once", async () => {
  await using database = await createTestDatabase();
  const images = fc.sample(arbitraryImage({ complete: true }), { numRuns: 640, seed: 61 });
  await seedFacts(database, { alphas: SEED_ALPHAS, images });
  const scope = await scopeOf(database);
  await using pool = await openDatabase(database.url, { max: WRITERS + 8 });
  const writing = new AbortController();
  const versions: number[] = [];
  const keep = async (task: () => Promise<unknown>): Promise<void> => {
    while (!writing.signal.aborted) await task();
  };
  const background = [
    keep(() => compactRollups(pool)),
    keep(() => compactRollups(pool)),
    keep(() => rebuildRollup(pool, scope)),
    keep(async () => expect(await checkRollup(pool, scope)).toMatchObject(RIGHT)),
    keep(async () => versions.push(await readFactsVersion(pool.pool, scope))),
  ];
  const writers = Array.from({ length: WRITERS }, (_, writer) => write(pool, scope, writer));
  const changing = Promise.allSettled([...writers, relabel(pool, scope), remove(pool, scope)]);
  const [settled] = await Promise.all([changing.finally(() => writing.abort()), ...background]);
  expect(settled.filter(({ status }) => status === "rejected")).toEqual([]);
  expect(await checkRollup(pool, scope)).toMatchObject(RIGHT);
  await compactRollups(pool);
  expect(await checkRollup(pool, scope)).toMatchObject({ ...RIGHT, pending: 0 });
  expect(versions).toEqual(versions.toSorted((a, b) => a - b));
  const grid = { pLow: [0.2, 0.5], entropyMax: [2, null], areaMax: [0.25, null], alpha: SEED_ALPHAS };
  const request = { database: pool, dataset: "archive", grid };
  expect((await sweep(request)).counts).toEqual((await sweep({ ...request, scan: true })).counts);
});
