import { HairlineError } from "@hairline/core/errors";
import { trainModel } from "@hairline/core/jobs";
import { cancelTraining, readTraining, requestTraining, TrainingSelection } from "@hairline/core/training";
import { describe, expect, it } from "vitest";
import { reconcile } from "../src/reconcile.ts";
import { createDataset } from "./archive.ts";
import { BACKENDS, openBackend, type Backend } from "./backend.ts";

async function askTraining({ database }: Backend, datasetId: number, name: string): Promise<string> {
  const { trainingId } = await requestTraining(database, {
    name,
    datasetId,
    recipe: {},
    selection: TrainingSelection.parse({}),
    architecture: "resnet18",
    preprocessing: {},
    startKind: "scratch",
    start: { objectKey: "start", sha256: "00".repeat(32) },
  });
  return trainingId;
}

describe.each(BACKENDS)("trainings on %s", (kind) => {
  it("are queued again from the database, and fail with the code of a job that was given up", async () => {
    await using backend = await openBackend(kind);
    const { database, queues } = backend;
    const { datasetId } = await createDataset(database, 1);
    const lost = await askTraining(backend, datasetId, "lost");
    const cancelled = await askTraining(backend, datasetId, "cancelled");
    await cancelTraining(database, cancelled);
    await reconcile(backend);
    await reconcile(backend);
    expect(await queues.counts(trainModel)).toMatchObject({ waiting: 1 });
    const worker = queues.work(trainModel, async () => {
      throw new HairlineError("LABELS_ONE_SIDED", "one class");
    });
    await expect.poll(async () => (await queues.counts(trainModel)).failed, { timeout: 120_000 }).toBe(1);
    await worker.close();
    await reconcile(backend);
    expect(await readTraining(database.pool, lost)).toMatchObject({
      state: "failed",
      errorCode: "LABELS_ONE_SIDED",
    });
    expect((await readTraining(database.pool, cancelled)).state).toBe("cancelled");
  });
});
