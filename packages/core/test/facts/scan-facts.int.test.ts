import { expect, test } from "vitest";
import { openDatabase, type Database } from "../../src/db/index.ts";
import { HairlineError } from "../../src/errors.ts";
import { scanFacts, UNLABELLED, type FactQuery } from "../../src/facts/index.ts";
import { openSnapshot } from "../../src/readings/snapshot.ts";
import { createTestDatabase } from "../../src/testing/index.ts";
import { seedManyPredictions } from "./many-predictions.ts";

/** 2,600 blocks: three parts of the smallest size that gets a connection. */
const ROWS = 250_000;

async function queryOf(database: Database): Promise<FactQuery> {
  const { modelId, stratumId } = await seedManyPredictions(database, ROWS);
  return {
    modelId,
    strata: [stratumId],
    filter: {},
    labelSource: "image",
    columns: { entropy: true, areas: [1], grid: false },
    gridFrom: 0,
  };
}

interface Sums {
  readonly rows: number;
  readonly unlabelled: number;
  readonly positive: number;
  readonly probability: number;
  readonly entropy: number;
  readonly noEntropy: number;
  readonly area: number;
  readonly noArea: number;
}

async function sumsOf(database: Database, query: FactQuery): Promise<Sums> {
  const sums = {
    rows: 0,
    unlabelled: 0,
    positive: 0,
    probability: 0,
    entropy: 0,
    noEntropy: 0,
    area: 0,
    noArea: 0,
  };
  await using snapshot = await openSnapshot(database);
  await scanFacts({
    database,
    snapshot,
    query,
    onRow: ({ label, probability, entropy, areas: [area = Number.NaN] }) => {
      sums.rows += 1;
      if (label === UNLABELLED) sums.unlabelled += 1;
      if (label === 1) sums.positive += 1;
      // In units of the last digit, so that no order of summing matters.
      sums.probability += Math.round(probability * 1000);
      if (Number.isNaN(entropy)) sums.noEntropy += 1;
      else sums.entropy += Math.round(entropy * 10);
      if (Number.isNaN(area)) sums.noArea += 1;
      else sums.area += Math.round(area * 49);
    },
  });
  return sums;
}

async function expectedSums({ pool }: Database): Promise<Sums> {
  const { rows } = await pool.query<Sums>(
    `select count(*) as rows, count(*) filter (where label is null) as unlabelled,
            count(*) filter (where label = 1) as positive, sum(round(probability * 1000))::int as probability,
            sum(round(entropy * 10))::int as entropy, count(*) filter (where entropy is null) as "noEntropy",
            sum(round(area_1 * 49))::int as area, count(*) filter (where area_1 is null) as "noArea"
     from prediction`,
  );
  return rows[0]!;
}

test("reads every prediction once, by one connection and by several", async () => {
  await using database = await createTestDatabase();
  const query = await queryOf(database);
  const expected = await expectedSums(database);
  expect(expected.rows).toBe(ROWS);
  expect(await sumsOf(database, query)).toEqual(expected);
  await using single = await openDatabase(database.url, { max: 1 });
  expect(await sumsOf(single, query)).toEqual(expected);
});

test("sees what its snapshot sees, on every connection", async () => {
  await using database = await createTestDatabase();
  const query = await queryOf(database);
  await using snapshot = await openSnapshot(database);
  await snapshot.client.query("select 1");
  await database.pool.query("delete from prediction where image_id % 2 = 0");
  await database.pool.query("update prediction set probability = 1");
  let rows = 0;
  let ones = 0;
  await scanFacts({
    database,
    snapshot,
    query,
    onRow: ({ probability }) => {
      rows += 1;
      if (probability === 1) ones += 1;
    },
  });
  expect([rows, ones]).toEqual([ROWS, 0]);
});

test("stops the statements on the server when its signal aborts, and leaves usable connections", async () => {
  await using database = await createTestDatabase();
  const query = await queryOf(database);
  const reason = new HairlineError("INTERRUPTED", "Enough.");
  const controller = new AbortController();
  let rows = 0;
  const snapshot = await openSnapshot(database, { signal: controller.signal });
  const scanning = scanFacts({
    database,
    snapshot,
    query,
    signal: controller.signal,
    onRow: () => {
      rows += 1;
      if (rows === 1000) controller.abort(reason);
    },
  });
  await expect(scanning).rejects.toBe(reason);
  await snapshot[Symbol.asyncDispose]();
  const { rows: running } = await database.pool.query(
    "select from pg_stat_activity where datname = current_database() and state = 'active' and query like 'copy%'",
  );
  expect(running).toEqual([]);
  expect(database.pool.idleCount).toBe(database.pool.totalCount);
});

test("begins nothing when its signal is aborted already", async () => {
  await using database = await createTestDatabase();
  const query = await queryOf(database);
  await using snapshot = await openSnapshot(database);
  const signal = AbortSignal.abort(new HairlineError("INTERRUPTED", "Enough."));
  const scanning = scanFacts({ database, snapshot, query, signal, onRow: () => expect.unreachable() });
  await expect(scanning).rejects.toMatchObject({ code: "INTERRUPTED" });
});

test("rejects when a connection is lost in the middle, and the pool recovers", async () => {
  await using database = await createTestDatabase();
  const query = await queryOf(database);
  await using other = await openDatabase(database.url);
  let killed: Promise<unknown> | undefined;
  const scan = async (): Promise<void> => {
    await using snapshot = await openSnapshot(database);
    await scanFacts({
      database,
      snapshot,
      query,
      onRow: () => {
        killed ??= other.pool.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
           where datname = current_database() and query like 'copy%' and pid <> pg_backend_pid()`,
        );
      },
    });
  };
  // Whether the copies or only what followed them was cut depends on who was faster; either way nothing hangs.
  await Promise.allSettled([scan()]);
  await killed;
  expect(await sumsOf(database, query)).toEqual(await expectedSums(database));
});

test("passes on a row reader's error and leaves the connection in order", async () => {
  await using database = await createTestDatabase();
  const query = await queryOf(database);
  const snapshot = await openSnapshot(database);
  const failing = scanFacts({
    database,
    snapshot,
    query,
    onRow: () => {
      throw new RangeError("no such cell");
    },
  });
  await expect(failing).rejects.toThrow("no such cell");
  expect((await snapshot.client.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  await snapshot[Symbol.asyncDispose]();
});

test("reports a statement that the server refuses", async () => {
  await using database = await createTestDatabase();
  const query = await queryOf(database);
  await using snapshot = await openSnapshot(database);
  const refused = scanFacts({
    database,
    snapshot,
    query: { ...query, filter: { runId: "none" } },
    onRow: () => {},
  });
  await expect(refused).rejects.toMatchObject({ code: "22P02" });
});

test("reads nothing of no strata", async () => {
  await using database = await createTestDatabase();
  const query = await queryOf(database);
  await using snapshot = await openSnapshot(database);
  await scanFacts({ database, snapshot, query: { ...query, strata: [] }, onRow: () => expect.unreachable() });
});
