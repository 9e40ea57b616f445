import { readFile, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { HairlineError } from "@hairline/core/errors";
import { Registry } from "@hairline/telemetry/metrics";
import { describe, expect, it } from "vitest";
import { ScoringActivity } from "../../src/activity.ts";
import { openArchive, type ArchiveReader } from "../../src/archive.ts";
import { DecodePool } from "../../src/decode/decode-pool.ts";
import { InferenceDevice } from "../../src/inference/inference-device.ts";
import { loadModel } from "../../src/inference/load-model.ts";
import { createLog } from "../../src/log.ts";
import { ScoringMetrics } from "../../src/metrics/scoring-metrics.ts";
import { BatchRoom } from "../../src/pipeline/batch-room.ts";
import { createScoreShardHandler } from "../../src/shard/handle-score-shard.ts";
import { insertRun } from "../fixtures/archive-rows.ts";
import { readFacts, readQuarantine, readShards } from "../fixtures/facts.ts";
import { openScoringSite, soundFiles, type ScoringSite } from "../fixtures/scoring-site.ts";
import { workerConfig } from "../fixtures/worker-config.ts";

type WrapArchive = (archive: ArchiveReader) => ArchiveReader;

/** A handler on real threads and a real database, with an archive that a test can get in the way of. */
async function openHandler(site: ScoringSite, wrap: WrapArchive = (archive) => archive) {
  const { database } = site;
  const { limits, objectsRoot } = workerConfig(site, { kind: "postgres", url: database.url });
  const decoders = new DecodePool({ threads: 1, limits });
  const device = new InferenceDevice({ engine: "cpu", objectsRoot, engines: 2, threadsPerEngine: 1 });
  const room = new BatchRoom(4);
  const handler = createScoreShardHandler({
    database,
    decoders,
    device,
    room,
    activity: new ScoringActivity(room),
    metrics: new ScoringMetrics(new Registry()),
    loadModel: (modelId) => loadModel(database, modelId),
    openArchive: (root) => wrap(openArchive(root, limits)),
    log: createLog("silent"),
  });
  const close = async () => {
    await Promise.all([decoders.close(), device.close()]);
  };
  return { handler, [Symbol.asyncDispose]: close };
}

async function planOneShard({ database, datasetId, imageIds, model }: ScoringSite): Promise<string> {
  return insertRun(database, { datasetId, modelId: model.id, shards: [imageIds] });
}

const never = new AbortController().signal;

/** What an import would store of the files now. */
async function importFiles({ database, root, objectKeys }: ScoringSite): Promise<void> {
  for (const objectKey of objectKeys) {
    const { size, mtime } = await stat(join(root, objectKey));
    await database.pool.query("update image set byte_size = $2, modified_at = $3 where object_key = $1", [
      objectKey,
      size,
      mtime,
    ]);
  }
}

/** Other bytes of the same length, a second later. */
async function rewrite({ root }: ScoringSite, objectKey: string): Promise<void> {
  const path = join(root, objectKey);
  const [bytes, { mtime }] = [await readFile(path), await stat(path)];
  await writeFile(path, bytes);
  await utimes(path, mtime, new Date(mtime.getTime() + 1_000));
}

describe("the handler of a shard", () => {
  it("leaves no row behind when it is aborted in the middle, and scores all of it the next time", async () => {
    await using site = await openScoringSite(await soundFiles(24));
    const runId = await planOneShard(site);
    const controller = new AbortController();
    let reads = 0;
    const abortAtTwentieth: WrapArchive = (archive) => ({
      read(file, signal) {
        reads += 1;
        if (reads === 20) controller.abort(new HairlineError("INTERRUPTED", "stop"));
        return archive.read(file, signal);
      },
    });
    await using opened = await openHandler(site, abortAtTwentieth);
    const job = { runId, ordinal: 0 };
    await expect(opened.handler(job, controller.signal)).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect(await readFacts(site.database)).toEqual([]);
    expect(await readQuarantine(site.database)).toEqual([]);
    expect(await readShards(site.database, runId)).toMatchObject([{ done: false }]);
    const { rows } = await site.database.pool.query("select state from run");
    expect(rows).toEqual([{ state: "running" }]);

    await opened.handler(job, never);
    expect(await readShards(site.database, runId)).toEqual([
      { ordinal: 0, scored: 24, quarantined: 0, deleted: 0, done: true },
    ]);
  });

  it("leaves a failure that another try may cure to the queue", async () => {
    await using site = await openScoringSite(await soundFiles(6));
    const runId = await planOneShard(site);
    let broken = true;
    await using opened = await openHandler(site, (archive) => ({
      async read(file, signal) {
        if (broken) throw Object.assign(new Error("too many open files"), { code: "EMFILE" });
        return archive.read(file, signal);
      },
    }));
    await expect(opened.handler({ runId, ordinal: 0 }, never)).rejects.toThrow("too many open files");
    expect(await readShards(site.database, runId)).toMatchObject([{ done: false }]);
    const { rows } = await site.database.pool.query("select state from run");
    expect(rows).toEqual([{ state: "running" }]);

    broken = false;
    await opened.handler({ runId, ordinal: 0 }, never);
    expect(await readFacts(site.database)).toHaveLength(6);
  });

  it("scores two shards of one model at the same time", async () => {
    await using site = await openScoringSite(await soundFiles(16));
    const { database, datasetId, imageIds, model } = site;
    const shards = [imageIds.slice(0, 8), imageIds.slice(8)];
    const runId = await insertRun(database, { datasetId, modelId: model.id, shards });
    await using opened = await openHandler(site);
    await Promise.all(shards.map((_, ordinal) => opened.handler({ runId, ordinal }, never)));
    expect((await readFacts(database)).map(({ image_id }) => image_id)).toEqual(imageIds);
  });

  it("reads no image of a shard that another run has scored", async () => {
    await using site = await openScoringSite(await soundFiles(3));
    const runId = await planOneShard(site);
    await site.database.pool.query(
      "insert into prediction (model_id, image_id, logit, probability) select $1, id, 0, 0.5 from image",
      [site.model.id],
    );
    await using opened = await openHandler(site, () => ({
      read: () => Promise.reject(new Error("was read")),
    }));
    await opened.handler({ runId, ordinal: 0 }, never);
    expect(await readShards(site.database, runId)).toEqual([
      { ordinal: 0, scored: 3, quarantined: 0, deleted: 0, done: true },
    ]);
  });

  it("quarantines an image whose file is not the one that was imported", async () => {
    await using site = await openScoringSite(await soundFiles(3));
    await importFiles(site);
    await rewrite(site, site.objectKeys[1] ?? "");
    const runId = await planOneShard(site);
    await using opened = await openHandler(site);
    await opened.handler({ runId, ordinal: 0 }, never);
    expect((await readFacts(site.database)).map(({ image_id }) => image_id)).toEqual([
      site.imageIds[0],
      site.imageIds[2],
    ]);
    expect(await readQuarantine(site.database)).toMatchObject([
      {
        image_id: site.imageIds[1],
        code: "IMAGE_CHANGED",
        message: expect.stringContaining("import its archive again"),
      },
    ]);
  });

  it("stores nothing of a file that was imported anew meanwhile, and scores the new one at the next try", async () => {
    await using site = await openScoringSite(await soundFiles(3));
    await importFiles(site);
    const runId = await planOneShard(site);
    let isNew = false;
    await using opened = await openHandler(site, (archive) => ({
      async read(file, signal) {
        const bytes = await archive.read(file, signal);
        if (!isNew) {
          isNew = true;
          await rewrite(site, file.objectKey);
          await importFiles(site);
        }
        return bytes;
      },
    }));
    const job = { runId, ordinal: 0 };
    await expect(opened.handler(job, never)).rejects.toMatchObject({ code: "IMAGE_CHANGED" });
    expect(await readFacts(site.database)).toEqual([]);
    const { rows } = await site.database.pool.query("select state from run");
    expect(rows).toEqual([{ state: "running" }]);

    await opened.handler(job, never);
    expect((await readFacts(site.database)).map(({ image_id }) => image_id)).toEqual(site.imageIds);
    expect(await readQuarantine(site.database)).toEqual([]);
  });
});
