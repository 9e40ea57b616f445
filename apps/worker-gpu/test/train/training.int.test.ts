import type { QueueConnection } from "@hairline/core/queue";
import { openFilesystemStore } from "@hairline/core/storage";
import {
  cancelTraining,
  listEpochs,
  readTraining,
  resumeTraining,
  stopTraining,
} from "@hairline/core/training";
import { openQueues } from "@hairline/core/queue";
import { trainModel } from "@hairline/core/jobs";
import { getModelById } from "@hairline/model/registry";
import type { ModelCard } from "@hairline/model/train";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ScoringSite } from "../fixtures/scoring-site.ts";
import { startWorkerProcess } from "../fixtures/worker-process.ts";
import {
  hasEnded,
  openTrainingSite,
  queueTraining,
  TRAINING_ENVIRONMENT,
  whenTraining,
} from "./training-site.ts";

/** 24 images of 12 patients, two of them broken. */
let site: ScoringSite;
let queue: QueueConnection;

beforeAll(async () => {
  site = await openTrainingSite({ patients: 12, broken: [4, 21] });
  queue = { kind: "postgres", url: site.database.url };
});
afterAll(() => site[Symbol.asyncDispose]());

function startTrainer(environment: NodeJS.ProcessEnv = {}) {
  return startWorkerProcess(site, queue, { ...TRAINING_ENVIRONMENT, ...environment });
}

async function weightsOf(modelId: number | null): Promise<string> {
  const model = await getModelById(site.database, modelId ?? 0);
  return model.kind === "resnet" ? model.weights.sha256 : "";
}

const objects = () => openFilesystemStore(join(site.home, "objects"));

async function checkpointsOf(trainingId: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of objects().list(`trainings/${trainingId}/`)) keys.push(key.split("/").at(-1)!);
  return keys;
}

describe("a training worker", () => {
  test("trains the head, layer4 and the whole network, and leaves a model with its card", async () => {
    await using _worker = await startTrainer();
    for (const stage of ["head", "layer4", "full"] as const) {
      const selection = { trainingSplits: ["train"], validationSplits: ["valid"] };
      const trainingId = await queueTraining(site, queue, { recipe: { stage }, selection });
      const training = await whenTraining(site, trainingId, hasEnded);
      expect(training).toMatchObject({ state: "completed", errorCode: null, leftOut: 2 });
      // Patients 2, 5, 8 and 11 are of the split valid; images 4 and 21 (patients 2 and 10) are broken.
      expect(training).toMatchObject({ trainingImages: 15, validationImages: 7, model: training.name });
      const card = JSON.parse(Buffer.from(await objects().get(training.cardKey!)).toString()) as ModelCard;
      expect(card).toMatchObject({
        weightsSha256: await weightsOf(training.modelId),
        dataFingerprint: training.dataFingerprint,
        training: { images: 15, patients: 8 },
        validation: { images: 7, patients: 4, positives: 3 },
        leftOut: [{ code: "IMAGE_UNREADABLE", images: 2 }],
        start: { kind: "model", model: "tiny" },
      });
      // Bright and dark images: anything that learns at all tells them apart.
      expect(card.measures.auroc?.value).toBe(1);
      // The row is completed first, so that a crash in between leaves a file too many, never a training without its model.
      await expect
        .poll(() => checkpointsOf(trainingId), { timeout: 120_000 })
        .toEqual(["card.json", "card.md"]);
      const epochs = await listEpochs(site.database.pool, trainingId);
      expect(epochs.map(({ epoch }) => epoch)).toEqual(stage === "head" ? [0] : [0, 1]);
      expect(epochs.every(({ auroc }) => auroc !== null)).toBe(true);
    }
  });

  test("killed in the middle of an epoch, goes on in another process to the same weights", async () => {
    const asked = {
      recipe: { stage: "layer4", batchSize: 4, epochs: 2, seed: 7, averageDecay: 0.9 },
    } as const;
    const undisturbed = await (async () => {
      await using _worker = await startTrainer();
      const training = await whenTraining(site, await queueTraining(site, queue, asked), hasEnded);
      return weightsOf(training.modelId);
    })();
    const trainingId = await queueTraining(site, queue, asked);
    {
      await using killed = await startTrainer({ HAIRLINE_CHECKPOINT_MS: "0" });
      await whenTraining(
        site,
        trainingId,
        ({ checkpoint, progress }) =>
          checkpoint !== null && progress !== null && progress.step > 0 && progress.step < progress.steps,
      );
      killed.child.kill("SIGKILL");
      expect(await killed.ended).toBe("SIGKILL");
      expect(await readTraining(site.database.pool, trainingId)).toMatchObject({
        state: "running",
        modelId: null,
      });
    }
    await using _second = await startTrainer();
    const resumed = await whenTraining(site, trainingId, hasEnded);
    expect(resumed).toMatchObject({ state: "completed", attempt: 2 });
    expect(await weightsOf(resumed.modelId)).toBe(undisturbed);
    // The row is completed first, so that a crash in between leaves a file too many, never a training without its model.
    await expect
      .poll(() => checkpointsOf(trainingId), { timeout: 120_000 })
      .toEqual(["card.json", "card.md"]);
    expect((await listEpochs(site.database.pool, trainingId)).map(({ epoch }) => epoch)).toEqual([0, 1]);
  });

  test("stopped keeps a checkpoint and goes on when resumed; cancelled keeps no model", async () => {
    await using _worker = await startTrainer({ HAIRLINE_CHECKPOINT_MS: "0" });
    const trainingId = await queueTraining(site, queue, { recipe: { stage: "layer4", epochs: 500 } });
    await whenTraining(site, trainingId, ({ progress }) => (progress?.step ?? 0) > 0);
    expect(await stopTraining(site.database, trainingId)).toBe(true);
    await using queues = await openQueues(queue);
    await expect.poll(async () => (await queues.counts(trainModel)).active, { timeout: 120_000 }).toBe(0);
    const stopped = await readTraining(site.database.pool, trainingId);
    expect(stopped).toMatchObject({ state: "stopped", modelId: null });
    expect(await checkpointsOf(trainingId)).toEqual([stopped.checkpoint?.objectKey.split("/").at(-1)]);
    await resumeTraining(site.database, trainingId);
    await queues.enqueue(trainModel, [{ trainingId }]);
    await whenTraining(
      site,
      trainingId,
      ({ attempt, progress }) => attempt === 2 && progress?.phase === "training",
    );
    expect(await cancelTraining(site.database, trainingId)).toBe(true);
    await expect.poll(async () => (await queues.counts(trainModel)).active, { timeout: 120_000 }).toBe(0);
    expect(await readTraining(site.database.pool, trainingId)).toMatchObject({
      state: "cancelled",
      modelId: null,
    });
  });

  test("says why a training cannot be, and fails it at once", async () => {
    await using _worker = await startTrainer();
    for (const { selection, code } of [
      { selection: { trainingSplits: ["train"], validationSplits: ["train"] }, code: "SPLITS_OVERLAP" },
      { selection: { trainingSplits: ["nowhere"] }, code: "TOO_FEW_IMAGES" },
      { selection: { bodyParts: ["SHOULDER"] }, code: "TOO_FEW_IMAGES" },
      { selection: { hardware: true }, code: "TOO_FEW_IMAGES" },
    ]) {
      const trainingId = await queueTraining(site, queue, { selection });
      expect(await whenTraining(site, trainingId, hasEnded)).toMatchObject({
        state: "failed",
        errorCode: code,
      });
    }
  });
});
