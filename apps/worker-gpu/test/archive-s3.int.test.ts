import { join } from "node:path";
import { importArchive } from "@hairline/core/ingest";
import { scoreShard } from "@hairline/core/jobs";
import { openQueues, type QueueConnection } from "@hairline/core/queue";
import { openFilesystemStore, openObjectStore } from "@hairline/core/storage";
import { startHttpFaults, startS3, type TestS3 } from "@hairline/core/testing";
import { expect, it, vi } from "vitest";
import { loadConfig } from "../src/config.ts";
import { startScoringWorker } from "../src/worker.ts";
import { insertRun } from "./fixtures/archive-rows.ts";
import { openScoringSite, soundFiles, type ScoringSite } from "./fixtures/scoring-site.ts";
import { silentObserver } from "./fixtures/silent-observer.ts";
import { workerEnvironment } from "./fixtures/worker-config.ts";

const WAIT = { timeout: 120_000, interval: 50 };

function useServer(s3: TestS3, endpoint = s3.endpoint): void {
  const environment = { ...s3.environment, HAIRLINE_S3_ENDPOINT: endpoint };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
}

/** Copies the models and an archive of the site to S3 and imports the archive from there. */
async function importFromS3(
  site: ScoringSite,
  s3: TestS3,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<number> {
  const archive = openObjectStore(`s3://${s3.bucket}/archive`);
  for (const [key, bytes] of files) await archive.put(key, bytes);
  const models = openObjectStore(`s3://${s3.bucket}/models`);
  const local = openFilesystemStore(join(site.home, "objects"));
  for await (const { key } of local.list("")) await models.put(key, await local.get(key));
  const path = `s3://${s3.bucket}/archive`;
  const { datasetId } = await importArchive({ database: site.database, path, name: "on-s3" });
  return datasetId;
}

async function score(site: ScoringSite, datasetId: number, objects?: string): Promise<string> {
  const { database } = site;
  const queue: QueueConnection = { kind: "postgres", url: database.url };
  const { rows } = await database.pool.query<{ id: number }>(
    "select id from image where dataset_id = $1 order by object_key",
    [datasetId],
  );
  const shards = [rows.map(({ id }) => id)];
  const runId = await insertRun(database, { datasetId, modelId: site.model.id, shards });
  await using queues = await openQueues(queue);
  await queues.enqueue(scoreShard, [{ runId, ordinal: 0 }]);
  const extra = objects === undefined ? {} : { HAIRLINE_OBJECTS: objects };
  const config = loadConfig({ ...workerEnvironment(site, queue), ...extra });
  const worker = await startScoringWorker(config, await silentObserver(config));
  try {
    await vi.waitFor(async () => {
      const run = await database.pool.query(
        "select from run left join shard on shard.run_id = run.id where run.id = $1 and (done_at is not null or state = 'failed')",
        [runId],
      );
      expect(run.rowCount).toBe(1);
    }, WAIT);
  } finally {
    await worker.close({ drainMs: 10_000 });
  }
  return runId;
}

async function scored({ database }: ScoringSite, datasetId: number): Promise<unknown[]> {
  const { rows } = await database.pool.query(
    `select image.object_key, prediction.logit, prediction.entropy, quarantine.code
     from image
     left join prediction on prediction.image_id = image.id
     left join quarantine on quarantine.image_id = image.id
     where image.dataset_id = $1 order by image.object_key`,
    [datasetId],
  );
  return rows;
}

it("scores an archive on S3, with the model on S3, to the same rows as from files", async () => {
  const s3 = await startS3();
  const files = await soundFiles(9);
  await using site = await openScoringSite(files);
  // Every fifth request fails one way or the other: more often than any store in service.
  let requests = 0;
  await using proxy = await startHttpFaults(s3.endpoint, ({ method }) => {
    requests += 1;
    if (requests % 10 === 0) return { status: 503 };
    return requests % 5 === 0 && method === "GET" ? { cutAfter: 700 } : undefined;
  });
  useServer(s3);
  const onS3 = await importFromS3(site, s3, files);
  await score(site, site.datasetId);
  useServer(s3, proxy.endpoint);
  await score(site, onS3, `s3://${s3.bucket}/models`);
  expect(requests).toBeGreaterThan(10);
  const rows = await scored(site, onS3);
  expect(rows).toHaveLength(9);
  expect(rows).toEqual(await scored(site, site.datasetId));
});

it("quarantines what was deleted or replaced since the import, and fails a run whose archive is gone", async () => {
  const s3 = await startS3();
  const files = await soundFiles(3);
  await using site = await openScoringSite(files);
  useServer(s3);
  const datasetId = await importFromS3(site, s3, files);
  const archive = openObjectStore(`s3://${s3.bucket}/archive`);
  const [gone = "", other = "", whole = ""] = [...files.keys()].sort();
  await archive.delete(gone);
  await archive.put(other, new Uint8Array(10));
  await score(site, datasetId);
  expect(await scored(site, datasetId)).toMatchObject([
    { object_key: gone, logit: null, code: "IMAGE_FILE_MISSING" },
    { object_key: other, logit: null, code: "IMAGE_CHANGED" },
    { object_key: whole, logit: expect.any(Number), code: null },
  ]);
  await archive.delete(other);
  await archive.delete(whole);
  await site.database.pool.query("delete from prediction");
  await site.database.pool.query("update run set state = 'cancelled', finished_at = now()");
  const runId = await score(site, datasetId);
  const { rows } = await site.database.pool.query("select state, error_code from run where id = $1", [runId]);
  expect(rows).toEqual([{ state: "failed", error_code: "ARCHIVE_NOT_FOUND" }]);
});
