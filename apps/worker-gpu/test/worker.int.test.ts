import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { camStatistics } from "@hairline/core/explain";
import { scoreShard } from "@hairline/core/jobs";
import { openQueues, type QueueConnection, type Queues } from "@hairline/core/queue";
import { loadPixels } from "@hairline/imaging/preprocess";
import { openOnnxRuntimeEngine, type InferenceResult } from "@hairline/model/engine";
import { describe, expect, it, vi } from "vitest";
import { startScoringWorker } from "../src/worker.ts";
import { insertRun } from "./fixtures/archive-rows.ts";
import { readFacts, readQuarantine, readShards } from "./fixtures/facts.ts";
import { encodeImage } from "./fixtures/images.ts";
import { openQueueServer, QUEUE_KINDS } from "./fixtures/queue-server.ts";
import { openScoringSite, PREPROCESSING, soundFiles, type ScoringSite } from "./fixtures/scoring-site.ts";
import { silentObserver } from "./fixtures/silent-observer.ts";
import { workerConfig } from "./fixtures/worker-config.ts";

const WAIT = { timeout: 120_000, interval: 50 };

async function startWorker(site: ScoringSite, queue: QueueConnection): Promise<AsyncDisposable> {
  const config = workerConfig(site, queue);
  const worker = await startScoringWorker(config, await silentObserver(config));
  return { [Symbol.asyncDispose]: () => worker.close({ drainMs: 10_000 }) };
}

async function settled(queues: Queues): Promise<void> {
  await vi.waitFor(async () => {
    expect(await queues.counts(scoreShard)).toMatchObject({ waiting: 0, active: 0, delayed: 0 });
  }, WAIT);
}

/** The network's own answer for one image, without pipeline, threads or batches. */
async function scoreAlone(site: ScoringSite, objectKey: string): Promise<InferenceResult> {
  const graph = await readFile(join(site.home, "objects", site.model.graph.objectKey));
  await using engine = await openOnnxRuntimeEngine(graph, { threads: 1 });
  const pixels = await loadPixels(await readFile(join(site.root, objectKey)), PREPROCESSING);
  return engine.infer({ count: 1, ...pixels });
}

async function readRun({ database }: ScoringSite, runId: string) {
  const { rows } = await database.pool.query("select state, error_code from run where id = $1", [runId]);
  return rows[0];
}

describe.each(QUEUE_KINDS)("a scoring worker on %s", (kind) => {
  it("stores for every image what the network says of it alone, and the reason for every other", async () => {
    const files = await soundFiles(9);
    const jpeg = await encodeImage("whole", { channels: 3, format: "jpeg" });
    files.set("study/cut.jpg", jpeg.subarray(0, jpeg.length - 200));
    files.set("study/empty.png", new Uint8Array(0));
    files.set("study/text.png", new TextEncoder().encode("not an image at all"));
    files.set("study/gone.png", new Uint8Array(0));
    await using site = await openScoringSite(files);
    await rm(join(site.root, "study/gone.png"));
    await using server = await openQueueServer(kind, site.database);
    await using queues = await openQueues(server.connection);
    const [...ids] = site.imageIds;
    const shards = [ids.slice(0, 6), ids.slice(6)];
    const runId = await insertRun(site.database, {
      datasetId: site.datasetId,
      modelId: site.model.id,
      shards,
      embeddings: true,
    });
    await queues.enqueue(scoreShard, [
      { runId, ordinal: 0 },
      { runId, ordinal: 1 },
    ]);
    {
      await using _worker = await startWorker(site, server.connection);
      await settled(queues);
    }

    expect(await readShards(site.database, runId)).toEqual([
      { ordinal: 0, scored: 6, quarantined: 0, deleted: 0, done: true },
      { ordinal: 1, scored: 3, quarantined: 4, deleted: 0, done: true },
    ]);
    const quarantine = await readQuarantine(site.database);
    expect(quarantine.map(({ image_id, code }) => [site.objectKeys[ids.indexOf(image_id)], code])).toEqual([
      ["study/cut.jpg", "IMAGE_TRUNCATED"],
      ["study/empty.png", "IMAGE_EMPTY"],
      ["study/text.png", "IMAGE_UNREADABLE"],
      ["study/gone.png", "IMAGE_FILE_MISSING"],
    ]);
    expect(quarantine.some(({ message }) => message.includes(site.root))).toBe(false);

    const facts = await readFacts(site.database);
    expect(facts.map(({ image_id }) => image_id)).toEqual(ids.slice(0, 9));
    for (const [index, fact] of facts.entries()) {
      const alone = await scoreAlone(site, site.objectKeys[index] ?? "");
      const logit = alone.logits[0] ?? Number.NaN;
      const statistics = camStatistics(Float32Array.from(fact.grid), site.model.alphas);
      expect(fact.run_id).toBe(runId);
      expect([fact.height, fact.width]).toEqual([2, 2]);
      // Convolutions of a batch may be summed in another order than those of one image: a few units in the last place.
      expect(fact.logit).toBeCloseTo(logit, 4);
      expect(fact.probability).toBeCloseTo(1 / (1 + Math.exp(-logit)), 5);
      for (const [cell, value] of alone.cams.entries()) expect(fact.grid[cell]).toBeCloseTo(value, 4);
      expect(fact.degenerate).toBe(statistics.degenerate);
      expect(Math.fround(fact.entropy ?? -1)).toBe(Math.fround(statistics.entropy ?? -1));
      expect(fact.areas.slice(0, 5).map((area) => Math.fround(area ?? -1))).toEqual(
        statistics.areas.map((area) => Math.fround(area ?? -1)),
      );
      expect(fact.embedding?.readFloatLE(4 * 511)).toBeCloseTo(alone.embeddings[511] ?? Number.NaN, 4);
    }
    expect(new Set(facts.map(({ logit }) => logit)).size).toBe(9);
  });

  it("writes nothing when a finished shard is delivered again", async () => {
    await using site = await openScoringSite(await soundFiles(5));
    await using server = await openQueueServer(kind, site.database);
    await using queues = await openQueues(server.connection);
    await using _worker = await startWorker(site, server.connection);
    const { datasetId, imageIds } = site;
    const runId = await insertRun(site.database, { datasetId, modelId: site.model.id, shards: [imageIds] });
    await queues.enqueue(scoreShard, [{ runId, ordinal: 0 }]);
    await settled(queues);
    const before = await readFacts(site.database);
    expect(before).toHaveLength(5);

    await queues.enqueue(scoreShard, [{ runId, ordinal: 0 }]);
    await settled(queues);
    expect(await readFacts(site.database)).toEqual(before);
  });
});

describe("a scoring worker", () => {
  async function runOneShard(site: ScoringSite): Promise<string> {
    const { database, datasetId, imageIds } = site;
    const connection: QueueConnection = { kind: "postgres", url: database.url };
    await using queues = await openQueues(connection);
    await using _worker = await startWorker(site, connection);
    const runId = await insertRun(database, { datasetId, modelId: site.model.id, shards: [imageIds] });
    await queues.enqueue(scoreShard, [{ runId, ordinal: 0 }]);
    await settled(queues);
    return runId;
  }

  const graphPath = (site: ScoringSite) => join(site.home, "objects", site.model.graph.objectKey);

  it.each([
    ["the graph is missing", "MODEL_DAMAGED", (site: ScoringSite) => rm(graphPath(site))],
    [
      "the graph was altered",
      "MODEL_DAMAGED",
      (site: ScoringSite) => writeFile(graphPath(site), "not a graph"),
    ],
    [
      "the model scored elsewhere",
      "BAD_ARGUMENT",
      (site: ScoringSite) => site.database.pool.query("update model set kind = 'external'"),
    ],
    [
      "the preprocessing is that of another release",
      "PREPROCESSING_CHANGED",
      (site: ScoringSite) => site.database.pool.query("update model set preprocessing_fingerprint = 'older'"),
    ],
    [
      "the archive is not mounted",
      "ARCHIVE_NOT_FOUND",
      (site: ScoringSite) => rm(site.root, { recursive: true }),
    ],
  ])("fails the run when %s", async (_name, code, damage) => {
    await using site = await openScoringSite(await soundFiles(3));
    await damage(site);
    const runId = await runOneShard(site);
    expect(await readRun(site, runId)).toEqual({ state: "failed", error_code: code });
    expect(await readFacts(site.database)).toEqual([]);
    expect(await readQuarantine(site.database)).toEqual([]);
    expect(await readShards(site.database, runId)).toMatchObject([{ done: false }]);
  });

  it("finishes a shard whose every image was deleted", async () => {
    await using site = await openScoringSite(await soundFiles(2));
    await site.database.pool.query("delete from image");
    const runId = await runOneShard(site);
    expect(await readShards(site.database, runId)).toEqual([
      { ordinal: 0, scored: 0, quarantined: 0, deleted: 2, done: true },
    ]);
  });
});
