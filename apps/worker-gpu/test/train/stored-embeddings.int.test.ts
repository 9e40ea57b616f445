import { join } from "node:path";
import { openFilesystemStore } from "@hairline/core/storage";
import { getNetwork, loadStoredFile } from "@hairline/model/registry";
import { readSafetensors, toFloat32 } from "@hairline/model/weights";
import { expect, test } from "vitest";
import { readStoredEmbeddings } from "../../src/train/stored-embeddings.ts";
import {
  openTrainingSite,
  queueTraining,
  TRAINING_ENVIRONMENT,
  whenTraining,
  hasEnded,
} from "./training-site.ts";
import { startWorkerProcess } from "../fixtures/worker-process.ts";

test("a head is fit on the embeddings its model stored, once every image has one", async () => {
  await using site = await openTrainingSite({ patients: 6 });
  const { database, imageIds, model } = site;
  const store = async (imageId: number, at: number) => {
    await database.pool.query(
      "insert into prediction (image_id, model_id, probability) values ($1, $2, 0.5)",
      [imageId, model.id],
    );
    // Labels go by patient, two images each: the first number tells them.
    const values = new Float32Array(512).fill(at);
    values[0] = Math.floor(at / 2) % 2 === 0 ? 1 : -1;
    await database.pool.query(
      "insert into prediction_embedding (model_id, image_id, embedding) values ($1, $2, $3)",
      [model.id, imageId, Buffer.from(values.buffer)],
    );
  };
  for (const [at, imageId] of imageIds.slice(1).entries()) await store(imageId, at + 1);
  expect(await readStoredEmbeddings(database, model.id, imageIds)).toBeUndefined();
  await store(imageIds[0]!, 0);
  const all = await readStoredEmbeddings(database, model.id, imageIds.toReversed());
  expect(all).toHaveLength(12 * 512);
  expect([all?.[1], all?.[511], all?.[512 + 1], all?.[11 * 512 + 1]]).toEqual([11, 11, 10, 0]);

  const queue = { kind: "postgres", url: database.url } as const;
  await using _worker = await startWorkerProcess(site, queue, TRAINING_ENVIRONMENT);
  const trainingId = await queueTraining(site, queue, { recipe: { stage: "head" } });
  const training = await whenTraining(site, trainingId, hasEnded);
  expect(training).toMatchObject({ state: "completed" });
  const trained = await getNetwork(database, training.model ?? "");
  const weights = readSafetensors(
    await loadStoredFile(openFilesystemStore(join(site.home, "objects")), trained.weights),
  );
  // All columns but the first are alike, as those of no network are: so are their weights.
  const [first, second, ...others] = toFloat32(weights.get("fc.weight")!);
  expect(new Set(others)).toEqual(new Set([second]));
  expect(first).toBeGreaterThan(0);
});
