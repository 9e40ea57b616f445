import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Database } from "@hairline/core/db";
import { importArchive } from "@hairline/core/ingest";
import { openFilesystemStore } from "@hairline/core/storage";
import { createTestDatabase, temporaryFolder } from "@hairline/core/testing";
import { verifyCache } from "@hairline/imaging/decoded-cache";
import { IMAGENET_PREPROCESSING } from "@hairline/imaging/preprocess";
import { writeSyntheticArchive } from "@hairline/imaging/synthetic";
import { importModel } from "@hairline/model/registry";
import { reproducibleWeights } from "@hairline/model/testing";
import { expect, test, vi } from "vitest";
import { CliProcess } from "../cli-process.ts";

const SCORE = [
  "score",
  "archive",
  "--model",
  "scorer",
  "--shard-size",
  "4",
  "--decoded-cache",
  "--json",
] as const;
const PATIENCE = { timeout: 120_000, interval: 50 };

interface Site extends AsyncDisposable {
  readonly database: Database;
  readonly home: string;
  readonly images: number;
  score(): CliProcess;
}

/** A drawn archive with damaged files and an untrained model, nothing scored. */
async function openSite(): Promise<Site> {
  const database = await createTestDatabase();
  const folder = await temporaryFolder();
  const home = join(folder.path, "home");
  const archive = await writeSyntheticArchive({
    root: join(folder.path, "archive"),
    seed: 1,
    studies: 14,
    longSide: 96,
    brokenFiles: 2,
  });
  await importArchive({ database, path: archive.manifestPath, root: archive.root, name: "archive" });
  await importModel({
    database,
    store: openFilesystemStore(join(home, "objects")),
    source: { stateDict: reproducibleWeights("resnet18"), name: "scorer" },
    preprocessing: { ...IMAGENET_PREPROCESSING, inputSize: 64 },
  });
  return {
    database,
    home,
    images: archive.images.length,
    // A short lock lets the queue give up a killed worker's shards soon.
    score: () => new CliProcess(home, SCORE, { DATABASE_URL: database.url, HAIRLINE_LOCK_MS: "5000" }),
    async [Symbol.asyncDispose]() {
      await database.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** Keeps one shard from being committed until disposed, by a lock on its first image. */
async function holdOneShard(database: Database): Promise<AsyncDisposable> {
  const client = await database.pool.connect();
  await client.query("begin");
  await client.query("select from image order by id limit 1 for update");
  return {
    async [Symbol.asyncDispose]() {
      await client.query("rollback");
      client.release();
    },
  };
}

async function shardsOpen(database: Database): Promise<number | undefined> {
  const { rows } = await database.pool.query<{ open: number; all: number }>(
    "select count(*) filter (where done_at is null)::int as open, count(*)::int as all from shard",
  );
  return rows[0]?.all === 0 ? undefined : rows[0]?.open;
}

/** When each fact was written, by the transaction that did. */
async function readFacts(database: Database): Promise<{ image_id: number; xmin: string; kind: string }[]> {
  const { rows } = await database.pool.query<{ image_id: number; xmin: string; kind: string }>(
    `select image_id, xmin::text, 'scored' as kind from prediction
     union all select image_id, xmin::text, 'quarantined' from quarantine
     order by image_id, kind`,
  );
  return rows;
}

/** The worker that said last that it is ready. */
async function workerPid(home: string): Promise<number> {
  const log = await readFile(join(home, "logs", "worker-gpu.log"), "utf8");
  const ready = log
    .split("\n")
    .filter((line) => line.includes('"ready"'))
    .at(-1);
  return (JSON.parse(ready ?? "{}") as { pid: number }).pid;
}

/** Kills the worker once all shards but the held one are done. @returns what was written by then */
async function killWorker({ database, home }: Site) {
  await vi.waitFor(async () => expect(await shardsOpen(database)).toBe(1), PATIENCE);
  const before = await readFacts(database);
  process.kill(await workerPid(home), "SIGKILL");
  return before;
}

async function expectNothingLostOrRepeated(
  site: Site,
  before: Awaited<ReturnType<typeof readFacts>>,
): Promise<void> {
  const after = await readFacts(site.database);
  expect(after.map(({ image_id }) => image_id)).toEqual(
    Array.from({ length: site.images }, (_, at) => (after[0]?.image_id ?? 0) + at),
  );
  expect(after).toEqual(expect.arrayContaining(before));
  expect(before.length).toBeGreaterThan(site.images / 2);
  expect(after.length).toBeGreaterThan(before.length);
}

test("a killed worker is replaced, and nothing is lost or scored twice", async () => {
  await using site = await openSite();
  const command = site.score();
  let before: Awaited<ReturnType<typeof readFacts>>;
  {
    await using _held = await holdOneShard(site.database);
    before = await killWorker(site);
    await command.whenSays("the worker-gpu process ended unexpectedly");
  }
  const ended = await command.finished();
  expect(ended.code).toBe(0);
  const run = JSON.parse(ended.stdout) as { planned: number; scored: number; quarantined: number };
  expect(run).toMatchObject({ planned: site.images, scored: site.images - 2, quarantined: 2 });
  await expectNothingLostOrRepeated(site, before);
  const cache = await verifyCache(join(site.home, "cache/decoded"));
  expect(cache).toEqual({ sound: expect.any(Number) as number, damaged: 0 });
  expect(cache.sound).toBeGreaterThan(0);

  const again = await site.score().finished();
  expect(JSON.parse(again.stdout)).toMatchObject({ planned: 0, alreadyScored: site.images - 2 });
});

test("a run whose worker was killed and that was then stopped goes on with the next command", async () => {
  await using site = await openSite();
  const command = site.score();
  let before: Awaited<ReturnType<typeof readFacts>>;
  {
    await using _held = await holdOneShard(site.database);
    before = await killWorker(site);
    await command.whenSays("the worker-gpu process ended unexpectedly");
    command.process.kill("SIGTERM");
    expect((await command.finished()).code).toBe(130);
  }
  const resumed = await site.score().finished();
  expect(resumed.code).toBe(0);
  expect(resumed.stderr).toContain("resuming run");
  expect(JSON.parse(resumed.stdout)).toMatchObject({ planned: site.images, quarantined: 2 });
  await expectNothingLostOrRepeated(site, before);
});

test("a GPU that is not there ends the command at once, and the run goes on without it", async () => {
  await using site = await openSite();
  const ended = await new CliProcess(site.home, [...SCORE, "--devices", "1022,1023"], {
    DATABASE_URL: site.database.url,
    HAIRLINE_ENGINE: "cuda",
  }).finished();
  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain("error ENGINE_UNAVAILABLE: ONNX Runtime, CUDA cannot run on GPU 102");
  const resumed = await site.score().finished();
  expect(resumed.stderr).toContain("resuming run");
  expect(JSON.parse(resumed.stdout)).toMatchObject({ planned: site.images, quarantined: 2 });
});
