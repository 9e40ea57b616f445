import { rm } from "node:fs/promises";
import { join } from "node:path";
import { scoreShard } from "@hairline/core/jobs";
import { openQueues } from "@hairline/core/queue";
import { inspectCache } from "@hairline/imaging/decoded-cache";
import { describe, expect, it, vi } from "vitest";
import { startScoringWorker } from "../../src/worker.ts";
import { insertRun } from "../fixtures/archive-rows.ts";
import { readFacts, readQuarantine } from "../fixtures/facts.ts";
import { openScoringSite, soundFiles, type ScoringSite } from "../fixtures/scoring-site.ts";
import { silentObserver } from "../fixtures/silent-observer.ts";
import { workerConfig } from "../fixtures/worker-config.ts";

const WAIT = { timeout: 120_000, interval: 50 };
const MAX_BYTES = 1024 ** 3;
const SOUND = 6;

/** Scores the site anew and gives every fact, as a worker with that cache wrote it. */
async function scoreWith(site: ScoringSite, cacheRoot: string | undefined) {
  const { database } = site;
  await database.pool.query("delete from prediction");
  await database.pool.query("delete from quarantine");
  await database.pool.query("delete from run");
  const queue = { kind: "postgres", url: database.url } as const;
  await using queues = await openQueues(queue);
  const { datasetId, model, imageIds } = site;
  const runId = await insertRun(database, {
    datasetId,
    modelId: model.id,
    shards: [imageIds],
    embeddings: true,
  });
  await queues.enqueue(scoreShard, [{ runId, ordinal: 0 }]);
  const config = workerConfig(site, queue);
  const worker = await startScoringWorker(
    {
      ...config,
      // The last bits of a logit depend on the other images of its batch.
      threads: { ...config.threads, batchSize: 1 },
      decodedCache: cacheRoot === undefined ? undefined : { root: cacheRoot, maxBytes: MAX_BYTES },
    },
    await silentObserver(config),
  );
  try {
    await vi.waitFor(async () => {
      const { rows } = await database.pool.query("select done_at from shard where done_at is not null");
      expect(rows).toHaveLength(1);
    }, WAIT);
  } finally {
    await worker.close({ drainMs: 60_000 });
  }
  const facts = (await readFacts(database)).map(({ run_id: _run, version: _version, ...fact }) => fact);
  const quarantine = (await readQuarantine(database)).map(({ run_id: _run, ...image }) => image);
  return { facts, quarantine };
}

describe("a worker with a decoded cache", () => {
  it(
    "stores the same facts, to the bit, as one without, first and second time",
    { timeout: 240_000 },
    async () => {
      const files = await soundFiles(SOUND);
      files.set("study/text.png", new TextEncoder().encode("not an image at all"));
      files.set("study/gone.png", new Uint8Array(1));
      await using site = await openScoringSite(files);
      await rm(join(site.root, "study/gone.png"));
      const cacheRoot = join(site.home, "cache/decoded");

      const without = await scoreWith(site, undefined);
      expect(without.facts).toHaveLength(SOUND);
      expect(without.quarantine.map(({ code }) => code)).toEqual(["IMAGE_UNREADABLE", "IMAGE_FILE_MISSING"]);

      expect(await scoreWith(site, cacheRoot)).toEqual(without);
      expect(await inspectCache(cacheRoot)).toMatchObject([{ records: SOUND }]);
      expect(await scoreWith(site, cacheRoot)).toEqual(without);
      expect(await inspectCache(cacheRoot)).toMatchObject([{ records: SOUND, packs: 1 }]);
    },
  );
});
