import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  migrate,
  openDatabase,
  removeEmbeddedPostgres,
  startEmbeddedPostgres,
  type Database,
} from "@hairline/core/db";
import { scoreShard } from "@hairline/core/jobs";
import { openQueues, type QueueConnection } from "@hairline/core/queue";
import { openRun } from "@hairline/core/runs";
import { prepareTestHome, startRedis } from "@hairline/core/testing";
import { createRoleLog } from "@hairline/telemetry/log";
import { createPlanRunHandler } from "../apps/scheduler/src/plan-run.ts";
import { median, medianRatio, type Benchmark, type BenchmarkContext, type Figure } from "./benchmark.ts";
import { generateDataset } from "./plan/million-images.ts";
import { parsePlanOptions } from "./plan/options.ts";
import { usedMemory } from "./plan/used-memory.ts";

/** The images read in order, cut into shards and committed, in a table without keys or checks. */
const BARE_CUT = `
  create table bench_cut as
  select ordinal, array_agg(id order by id) as image_ids
  from (select id, (row_number() over (order by id) - 1) / 256 as ordinal from image) as numbered
  group by ordinal`;

interface Dataset {
  readonly datasetId: number;
  readonly modelId: number;
}

interface Round {
  /** Planned and every job queued. */
  readonly seconds: number;
  /** The same once more: what a crash between planning and queueing costs. */
  readonly againSeconds: number;
  readonly limitSeconds: number;
  readonly jobs: number;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

interface QueuePlace extends AsyncDisposable {
  readonly connection: QueueConnection;
  /** What the queue's server holds: memory of Redis, files of a PostgreSQL database. */
  bytes(): Promise<number>;
}

/** A run of a million images planned and queued, by the scheduler's own handler, on either queue. */
export const planBenchmark: Benchmark = {
  name: "plan",
  summary:
    "planning and queueing a run of a million images on PostgreSQL and Redis, and what the queues hold",
  async run(context) {
    const options = parsePlanOptions(context.args);
    const folder = await mkdtemp(join(tmpdir(), "hairline-bench-"));
    const home = join(folder, "home");
    const removeRedis = await prepareTestHome();
    try {
      await using server = await startEmbeddedPostgres({ home });
      await using database = await openDatabase(server.url);
      await migrate(database);
      const dataset = await generateDataset(database, options.images);
      context.note(`${options.images.toLocaleString("en-US")} images`);
      const rounds = await measure(context, { database, dataset, rounds: options.rounds });
      const figures = [...rounds].flatMap(([kind, of]) => figuresOf(kind, of));
      return {
        benchmark: "plan",
        setting: { ...options, shardSize: 256 },
        figures,
        missed: missedOf(rounds, options),
      };
    } finally {
      await removeRedis();
      await removeEmbeddedPostgres({ home });
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function measure(
  { note }: BenchmarkContext,
  parts: { database: Database; dataset: Dataset; rounds: number },
): Promise<Map<QueueConnection["kind"], Round[]>> {
  const rounds = new Map<QueueConnection["kind"], Round[]>([
    ["postgres", []],
    ["redis", []],
  ]);
  for (let round = 1; round <= parts.rounds; round += 1) {
    for (const [kind, results] of rounds) {
      await using place = kind === "redis" ? await onRedis() : await onPostgres(parts.database, round);
      const result = await planOnce(parts.database, parts.dataset, place);
      note(
        `round ${round}, ${kind}: ${result.seconds.toFixed(2)} s, bare cut ${result.limitSeconds.toFixed(2)} s`,
      );
      results.push(result);
    }
  }
  return rounds;
}

/** Plans a run of the whole dataset, and takes it away again. */
async function planOnce(database: Database, dataset: Dataset, place: QueuePlace): Promise<Round> {
  await using queues = await openQueues(place.connection);
  // BullMQ makes what it keeps of a queue with its first job.
  await queues.counts(scoreShard);
  const log = createRoleLog({ role: "scheduler", level: "error" });
  const plan = createPlanRunHandler({ database, queues, log });
  const { runId } = await openRun({ database, ...dataset });
  const limitSeconds = await secondsOf(() => database.pool.query(BARE_CUT));
  await database.pool.query("drop table bench_cut");
  const bytesBefore = await place.bytes();
  const planIt = () => plan({ runId }, new AbortController().signal);
  const seconds = await secondsOf(planIt);
  const bytesAfter = await place.bytes();
  const againSeconds = await secondsOf(planIt);
  const { waiting } = await queues.counts(scoreShard);
  await database.pool.query("delete from run where id = $1", [runId]);
  await database.pool.query("vacuum shard");
  return { seconds, againSeconds, limitSeconds, jobs: waiting, bytesBefore, bytesAfter };
}

async function onRedis(): Promise<QueuePlace> {
  const redis = await startRedis();
  return {
    connection: { kind: "redis", url: redis.url },
    bytes: () => usedMemory(redis.url),
    [Symbol.asyncDispose]: () => redis[Symbol.asyncDispose](),
  };
}

/** In a database of its own on the same server, so that it is empty and its size is that of the queue. */
async function onPostgres({ pool, url }: Database, round: number): Promise<QueuePlace> {
  const name = `queue_${round}`;
  await pool.query(`create database ${name}`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  return {
    connection: { kind: "postgres", url: own.href },
    async bytes() {
      const { rows } = await pool.query<{ bytes: number }>("select pg_database_size($1) as bytes", [name]);
      return rows[0]?.bytes ?? Number.NaN;
    },
    async [Symbol.asyncDispose]() {
      await pool.query(`drop database ${name} with (force)`);
    },
  };
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return (performance.now() - startedMs) / 1000;
}

function figuresOf(kind: QueueConnection["kind"], rounds: readonly Round[]): Figure[] {
  const middle = (of: (round: Round) => number): number => median(rounds.map(of));
  const ratio = medianRatio(
    "bare cut",
    rounds.map(({ seconds, limitSeconds }) => seconds / limitSeconds),
  );
  const holds = kind === "redis" ? "used_memory" : "database size";
  return [
    { name: `${kind}: planned and queued`, value: middle(({ seconds }) => seconds), unit: "s", ratio },
    { name: `${kind}: a shard`, value: middle(({ seconds, jobs }) => (1000 * seconds) / jobs), unit: "ms" },
    { name: `${kind}: planned again`, value: middle(({ againSeconds }) => againSeconds), unit: "s" },
    { name: `${kind}: ${holds} before`, value: middle(({ bytesBefore }) => bytesBefore / 1e6), unit: "MB" },
    { name: `${kind}: ${holds} after`, value: middle(({ bytesAfter }) => bytesAfter / 1e6), unit: "MB" },
    {
      name: `${kind}: a shard's job`,
      value: middle(({ bytesBefore, bytesAfter, jobs }) => (bytesAfter - bytesBefore) / jobs),
      unit: "bytes",
    },
  ];
}

function missedOf(rounds: ReadonlyMap<string, readonly Round[]>, { images }: { images: number }): string[] {
  const shards = Math.ceil(images / 256);
  return [...rounds].flatMap(([kind, of]) =>
    of
      .filter(({ jobs }) => jobs !== shards)
      .map(({ jobs }) => `${kind}: ${jobs} jobs of ${shards} are queued`),
  );
}
