import { expect, test } from "vitest";
import { championFor, promoteModel } from "../../src/champions/index.ts";
import type { Database } from "../../src/db/index.ts";
import { planRun, trainModel } from "../../src/jobs/index.ts";
import { openQueues, type Queues } from "../../src/queue/index.ts";
import {
  advanceRetraining,
  listOpenRetrainings,
  listRetrainings,
  openRetraining,
  readRetraining,
  RETRAINING_SETTINGS,
} from "../../src/retraining/index.ts";
import { findPolicyInForce, policyById } from "../../src/policies/index.ts";
import { createTestDatabase } from "../../src/testing/index.ts";
import { listTrainings } from "../../src/training/index.ts";
import { archive, DATASET, seedChampion, seedScores } from "../champions/seed-models.ts";

const SETTINGS = RETRAINING_SETTINGS.parse({
  dataset: DATASET,
  minNewLabels: 100,
  trainingSplits: ["train"],
  validationSplits: ["valid"],
  certificationSplits: ["certify"],
});

/** A network as champion, with 100 more images to train on. */
async function openBench() {
  const database = await createTestDatabase();
  const queues = await openQueues({ kind: "postgres", url: database.url });
  const train = archive().slice(0, 100);
  await seedChampion(database, [
    ...archive(),
    ...train.map((image, at) => ({ ...image, split: "train", patient: `train-${at}` })),
  ]);
  await database.pool.query(
    `update model set kind = 'resnet', architecture = 'resnet18', weights_sha256 = decode(repeat('ab', 32), 'hex'),
       preprocessing = '{"inputSize": 224}', preprocessing_fingerprint = 'p', input_size = 224`,
  );
  const advance = (id: number) =>
    advanceRetraining({ database, queues, signal: new AbortController().signal }, id);
  return {
    database,
    queues,
    advance,
    async [Symbol.asyncDispose]() {
      await queues.close();
      await database.close();
    },
  };
}

async function open(database: Database, settings = SETTINGS): Promise<number> {
  const { retrainingId } = await openRetraining(database, settings);
  return retrainingId!;
}

const complete = (database: Database, modelId: number) =>
  database.pool.query(
    "update training set state = 'completed', model_id = $1, finished_at = now() where state = 'queued'",
    [modelId],
  );

/** The worker's part: facts for all images of open runs as the champion has them, and the runs completed. */
async function scoreRuns(database: Database): Promise<void> {
  await database.pool.query(
    `insert into prediction (model_id, image_id, probability, entropy, area_1)
     select run.model_id, member.id, prediction.probability, prediction.entropy, prediction.area_1
     from run cross join unnest(image_ids) as member (id)
     join prediction on prediction.image_id = member.id and prediction.model_id = 1
     where run.state = 'planning'`,
  );
  await database.pool.query(
    "update run set state = 'completed', finished_at = now() where state = 'planning'",
  );
}

async function queued(
  { queues }: { queues: Queues },
  job: typeof trainModel | typeof planRun,
): Promise<number> {
  const { waiting, active, delayed } = await queues.counts(job);
  return waiting + active + delayed;
}

test("takes a challenger from new labels to its promotion, whatever is interrupted", async () => {
  await using bench = await openBench();
  const { database, advance } = bench;
  await expect(openRetraining(database, SETTINGS)).rejects.toMatchObject({ code: "CHAMPION_NOT_FOUND" });
  await promoteModel({ database, model: "champion", dataset: null });
  expect(await openRetraining(database, { ...SETTINGS, minNewLabels: 701 })).toEqual({
    retrainingId: null,
    newLabels: 700,
    reason: "fewer than 701 new labels",
  });
  const id = await open(database);
  expect(await openRetraining(database, SETTINGS)).toMatchObject({
    retrainingId: null,
    reason: `retraining ${id} is under way`,
  });

  expect(await advance(id)).toMatchObject({ state: "training", champion: "champion", newLabels: 700 });
  expect(await listTrainings(database.pool)).toMatchObject([
    {
      name: "archive-retrained-1",
      state: "queued",
      startKind: "model",
      start: { objectKey: `models/${"ab".repeat(32)}/weights.safetensors`, sha256: "ab".repeat(32) },
      baseModel: "champion",
      selection: { trainingSplits: ["train"], validationSplits: ["valid"], verdicts: true },
    },
  ]);
  expect(await queued(bench, trainModel)).toBe(1);
  // As after a crash before the step was noted: the same training is found.
  await database.pool.query("update retraining set state = 'requested', training_id = null");
  expect((await advance(id)).state).toBe("training");
  expect(await listTrainings(database.pool)).toHaveLength(1);

  const challengerId = await seedScores(database, "young", (at, before) => (at < 200 ? before : null));
  await complete(database, challengerId);
  const scoring = await advance(id);
  expect(scoring).toMatchObject({ state: "scoring", challenger: "young", runIds: [expect.any(String)] });
  const runs = await database.pool.query(
    "select model_id, cardinality(image_ids) as images, priority from run",
  );
  // Only the certification split is left to score, and only by the challenger.
  expect(runs.rows).toEqual([{ model_id: challengerId, images: 200, priority: "off-peak" }]);
  expect(await queued(bench, planRun)).toBe(1);
  expect((await advance(id)).state).toBe("scoring");

  await scoreRuns(database);
  const ended = await advance(id);
  expect(ended).toMatchObject({ state: "completed", decision: "promoted", comparisonId: 1 });
  expect(ended.calibratorId).not.toBeNull();
  // Equal scores have equal calibrators, so that the threshold comes back as it was.
  const policy = await policyById(database.pool, ended.policyId!);
  expect(policy).toMatchObject({ name: "half-young", pLowScale: "calibrated", calibrator: "young@1" });
  expect(policy.policy.pLow).toBeCloseTo(0.5, 6);
  expect(await findPolicyInForce(database, { modelId: challengerId, dataset: DATASET })).toMatchObject({
    name: "half-young",
  });
  expect(ended.reasons).toHaveLength(4);
  expect(await championFor(database, DATASET)).toMatchObject({ model: "young", dataset: null });
  // As after a crash between promotion and note: it is found done.
  await database.pool.query(
    "update retraining set state = 'deciding', decision = null, finished_at = null, reasons = '{}'",
  );
  expect(await advance(id)).toEqual({ ...ended, finishedAt: expect.any(Date) as Date });
  expect(await listOpenRetrainings(database)).toEqual([]);
  expect(await openRetraining(database, SETTINGS)).toMatchObject({ newLabels: 0 });
});

test("reads a challenger at the probability the champion's threshold stands for", async () => {
  await using bench = await openBench();
  const { database, advance } = bench;
  await promoteModel({ database, model: "champion", dataset: DATASET });
  // Distances from a threshold, and so AUGRC, are another thing on another scale.
  const id = await open(database, { ...SETTINGS, rule: { ...SETTINGS.rule, augrcMargin: null } });
  await advance(id);
  // The same order and errors on another scale: logits lower by 3, so that the raw threshold would find nothing.
  const lower = (p: number): number => 1 / (1 + Math.exp(3) * (1 / p - 1));
  await complete(database, await seedScores(database, "young", (_, before) => lower(before)));
  const ended = await advance(id);
  expect(ended).toMatchObject({ state: "completed", decision: "promoted" });
  expect((await policyById(database.pool, ended.policyId!)).policy.pLow).toBeLessThan(0.2);
});

test("keeps the champion and says why", async () => {
  await using bench = await openBench();
  const { database, advance } = bench;
  await promoteModel({ database, model: "champion", dataset: DATASET });
  const worse = await open(database);
  await advance(worse);
  await complete(database, await seedScores(database, "worse", (at, p) => (at % 4 === 0 ? 1 - p : p)));
  const kept = await advance(worse);
  expect(kept).toMatchObject({ state: "completed", decision: "kept", runIds: [] });
  expect(kept.reasons.join("; ")).toMatch(/sensitivity 60\.0 % against 90\.0 %/);

  await database.pool.query("update image set imported_at = clock_timestamp()");
  const equal = await open(database, { ...SETTINGS, promote: false });
  await advance(equal);
  await complete(database, await seedScores(database, "equal", (_, before) => before));
  expect((await advance(equal)).reasons[0]).toMatch(/leave that to a person/);

  await database.pool.query("update image set imported_at = clock_timestamp()");
  const same = await open(database);
  await advance(same);
  await complete(database, 1);
  expect((await advance(same)).reasons).toEqual(["the best weights of the training are those of champion"]);
  expect((await championFor(database, DATASET))!.model).toBe("champion");
  expect((await listRetrainings(database)).map(({ decision }) => decision)).toEqual(["kept", "kept", "kept"]);
});

test("fails with the reason when the training or a run does, and can be opened again", async () => {
  await using bench = await openBench();
  const { database, advance } = bench;
  await promoteModel({ database, model: "champion", dataset: DATASET });
  const first = await open(database);
  await advance(first);
  await database.pool.query("update training set state = 'cancelled', finished_at = now()");
  expect(await advance(first)).toMatchObject({ state: "failed", errorCode: "TRAINING_FAILED" });
  const second = await open(database);
  await advance(second);
  await complete(database, await seedScores(database, "young", (at, before) => (at < 200 ? before : null)));
  await advance(second);
  await database.pool.query("update run set state = 'cancelled'");
  expect(await advance(second)).toMatchObject({ state: "failed", errorCode: "RUN_CANCELLED" });
  expect(await advance(second)).toEqual(await readRetraining(database.pool, second));
});

test("refuses settings under which a patient would be trained on and judged", async () => {
  await using bench = await openBench();
  const { database } = bench;
  await promoteModel({ database, model: "champion", dataset: DATASET });
  await database.pool.query(
    "update study set patient_key = 'valid-7' where id = (select study_id from image where split = 'train' limit 1)",
  );
  await expect(openRetraining(database, SETTINGS)).rejects.toMatchObject({ code: "SPLITS_OVERLAP" });
  expect(RETRAINING_SETTINGS.safeParse({ ...SETTINGS, trainingSplits: ["valid"] }).success).toBe(false);
});

test("leaves a retraining alone that another scheduler is at", async () => {
  await using bench = await openBench();
  const { database, advance } = bench;
  await promoteModel({ database, model: "champion", dataset: DATASET });
  const id = await open(database);
  const other = await database.pool.connect();
  await other.query("select pg_advisory_lock(1213221965, $1::int)", [id]);
  expect((await advance(id)).state).toBe("requested");
  other.release(true);
  await expect.poll(async () => (await advance(id)).state, { timeout: 60_000 }).toBe("training");
});
