import type { Database } from "@hairline/core/db";
import { createTestDatabase } from "@hairline/core/testing";
import {
  cancelTraining,
  failTraining,
  listLabelledImages,
  readTraining,
  requestTraining,
  resumeTraining,
  stopTraining,
  TrainingAttempt,
  TrainingSelection,
  type NewTraining,
} from "@hairline/core/training";
import { describe, expect, test } from "vitest";

const HASH = "ab".repeat(32);

async function only(database: Database, sql: string, values: readonly unknown[] = []): Promise<number> {
  const { rows } = await database.pool.query<{ id: number }>(sql, [...values]);
  return rows[0]!.id;
}

async function insertDataset(database: Database): Promise<number> {
  return only(database, "insert into dataset (name, root, layout) values ('d', '/d', 'folder') returning id");
}

function asked(datasetId: number, given: Partial<NewTraining> = {}): NewTraining {
  return {
    name: "m",
    datasetId,
    recipe: { stage: "full" },
    selection: TrainingSelection.parse({}),
    architecture: "resnet18",
    preprocessing: {},
    startKind: "scratch",
    start: { objectKey: "start", sha256: HASH },
    ...given,
  };
}

describe("the labels of a training", () => {
  test("are the image's, else its study's, and a verdict of most reviewers stands before both", async () => {
    await using database = await createTestDatabase();
    const datasetId = await insertDataset(database);
    const expected: Record<string, number | undefined> = {};
    const study = async (
      key: string,
      { label = null, verdicts = [] }: { label?: number | null; verdicts?: readonly [string, number][] },
      images: readonly (readonly [own: number | null, expected: number | undefined])[],
    ) => {
      const id = await only(
        database,
        "insert into study (dataset_id, study_key, label) values ($1, $2, $3) returning id",
        [datasetId, key, label],
      );
      for (const [at, [own, as]] of images.entries()) {
        await database.pool.query(
          "insert into image (dataset_id, study_id, object_key, label) values ($1, $2, $3, $4)",
          [datasetId, id, `${key}-${at}`, own],
        );
        expected[`${key}-${at}`] = as;
      }
      for (const [reviewer, verdict] of verdicts)
        await database.pool.query(
          "insert into study_verdict (study_id, verdict, reviewer) values ($1, $2, $3)",
          [id, verdict, reviewer],
        );
    };
    await study("own", { label: 1 }, [
      [0, 0],
      [1, 1],
      [null, 1],
    ]);
    await study("unknown", {}, [[null, undefined]]);
    await study("cleared", { label: 1, verdicts: [["ann", 0]] }, [
      [1, 0],
      [null, 0],
    ]);
    await study("found", { label: 0, verdicts: [["ann", 1]] }, [
      [0, 1],
      [null, 1],
    ]);
    // The archive knows which view shows it: the verdict agrees with that.
    await study("one view", { verdicts: [["ann", 1]] }, [
      [1, 1],
      [0, 0],
    ]);
    await study(
      "tied",
      {
        label: 0,
        verdicts: [
          ["ann", 1],
          ["bob", 0],
        ],
      },
      [[null, 0]],
    );
    // Ann changed her mind.
    await study(
      "changed",
      {
        label: 0,
        verdicts: [
          ["ann", 0],
          ["bob", 1],
          ["ann", 1],
        ],
      },
      [[null, 1]],
    );
    const listed = await listLabelledImages(database, datasetId, TrainingSelection.parse({}));
    expect(Object.fromEntries(listed.map(({ objectKey, label }) => [objectKey, label]))).toEqual(
      Object.fromEntries(Object.entries(expected).filter(([, label]) => label !== undefined)),
    );
    const archive = await listLabelledImages(
      database,
      datasetId,
      TrainingSelection.parse({ verdicts: false }),
    );
    expect(archive.find(({ objectKey }) => objectKey === "cleared-0")?.label).toBe(1);
    expect(listed.map(({ patient }) => patient)).toContain("study own");
  });

  test("are only those of images the filter takes", async () => {
    await using database = await createTestDatabase();
    const datasetId = await insertDataset(database);
    const studyId = await only(
      database,
      `insert into study (dataset_id, study_key, patient_key, body_part, split, label)
       values ($1, 's', 'p', 'HAND', 'train', 1) returning id`,
      [datasetId],
    );
    await database.pool.query(
      `insert into image (dataset_id, study_id, object_key, hardware, body_part)
       values ($1, $2, 'a', true, null), ($1, $2, 'b', false, null), ($1, $2, 'c', false, 'WRIST')`,
      [datasetId, studyId],
    );
    const keys = async (selection: Partial<TrainingSelection>) =>
      (await listLabelledImages(database, datasetId, TrainingSelection.parse(selection))).map(
        ({ objectKey }) => objectKey,
      );
    expect(await keys({})).toEqual(["a", "b", "c"]);
    expect(await keys({ hardware: false })).toEqual(["b", "c"]);
    expect(await keys({ bodyParts: ["HAND"] })).toEqual(["a", "b"]);
    expect(await keys({ importedFrom: "2999-01-01T00:00:00Z" })).toEqual([]);
  });
});

describe("a training's row", () => {
  test("is joined by the same request, and refuses another one of its name", async () => {
    await using database = await createTestDatabase();
    const datasetId = await insertDataset(database);
    const first = await requestTraining(database, asked(datasetId));
    expect(first.created).toBe(true);
    expect(await requestTraining(database, asked(datasetId))).toEqual({ ...first, created: false });
    await stopTraining(database, first.trainingId);
    expect(await requestTraining(database, asked(datasetId))).toEqual({ ...first, created: false });
    expect((await readTraining(database.pool, first.trainingId)).state).toBe("queued");
    const other = () => requestTraining(database, asked(datasetId, { recipe: { stage: "head" } }));
    await expect(other()).rejects.toMatchObject({ code: "MODEL_NAME_TAKEN" });
    await cancelTraining(database, first.trainingId);
    expect((await other()).created).toBe(true);
  });

  test("failed with a checkpoint goes on by the same request, without one begins anew", async () => {
    await using database = await createTestDatabase();
    const datasetId = await insertDataset(database);
    const { trainingId } = await requestTraining(database, asked(datasetId));
    const { attempt } = (await TrainingAttempt.claim(database, trainingId))!;
    await attempt.commitCheckpoint({ objectKey: "c", sha256: HASH });
    await failTraining(database, trainingId, new Error("no room"));
    expect(await requestTraining(database, asked(datasetId))).toEqual({ trainingId, created: false });
    expect(await readTraining(database.pool, trainingId)).toMatchObject({ state: "queued", errorCode: null });
    await database.pool.query("update training set checkpoint_key = null, checkpoint_sha256 = null");
    await failTraining(database, trainingId, new Error("no room"));
    expect((await requestTraining(database, asked(datasetId))).created).toBe(true);
  });

  test("goes from queued over stopped and failed back, but not on from its end", async () => {
    await using database = await createTestDatabase();
    const { trainingId } = await requestTraining(database, asked(await insertDataset(database)));
    const state = async () => (await readTraining(database.pool, trainingId)).state;
    expect(await stopTraining(database, trainingId)).toBe(true);
    expect(await stopTraining(database, trainingId)).toBe(false);
    await failTraining(database, trainingId, new Error("late"));
    expect(await state()).toBe("stopped");
    await resumeTraining(database, trainingId);
    await failTraining(database, trainingId, new Error("no"));
    expect(await readTraining(database.pool, trainingId)).toMatchObject({
      state: "failed",
      errorCode: "INTERNAL",
    });
    await resumeTraining(database, trainingId);
    expect(await state()).toBe("queued");
    expect(await cancelTraining(database, trainingId)).toBe(true);
    expect(await cancelTraining(database, trainingId)).toBe(false);
    await expect(resumeTraining(database, trainingId)).rejects.toMatchObject({ code: "RUN_ENDED" });
    expect(await TrainingAttempt.claim(database, trainingId)).toBeUndefined();
    await expect(readTraining(database.pool, "nothing")).rejects.toMatchObject({
      code: "TRAINING_NOT_FOUND",
    });
  });

  test("takes writes only from the last worker that claimed it", async () => {
    await using database = await createTestDatabase();
    const { trainingId } = await requestTraining(database, asked(await insertDataset(database)));
    const first = (await TrainingAttempt.claim(database, trainingId))!.attempt;
    const second = (await TrainingAttempt.claim(database, trainingId))!.attempt;
    const epoch = {
      epoch: 0,
      trainingLoss: 1,
      validationLoss: 1,
      auroc: null,
      learningRate: 1,
      imagesPerSecond: null,
      best: true,
    };
    const checkpoint = { objectKey: "c", sha256: HASH };
    await expect(first.writeEpoch(epoch)).rejects.toMatchObject({ code: "INTERRUPTED" });
    await expect(first.commitCheckpoint(checkpoint)).rejects.toMatchObject({ code: "INTERRUPTED" });
    await second.writeEpoch(epoch);
    await stopTraining(database, trainingId);
    // Stopped, it may still leave its checkpoint, and nothing else.
    await second.commitCheckpoint(checkpoint);
    await expect(second.writeEpoch(epoch)).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect(await readTraining(database.pool, trainingId)).toMatchObject({ checkpoint, attempt: 2 });
  });

  test("keeps its images fixed, and says when one of them was deleted", async () => {
    await using database = await createTestDatabase();
    const datasetId = await insertDataset(database);
    const studyId = await only(
      database,
      "insert into study (dataset_id, study_key, label) values ($1, 's', 1) returning id",
      [datasetId],
    );
    await database.pool.query(
      "insert into image (dataset_id, study_id, object_key) values ($1, $2, 'a'), ($1, $2, 'b')",
      [datasetId, studyId],
    );
    const { trainingId } = await requestTraining(database, asked(datasetId));
    const { attempt } = (await TrainingAttempt.claim(database, trainingId))!;
    const listed = await listLabelledImages(database, datasetId, TrainingSelection.parse({}));
    const images = listed.map(({ split: _split, ...image }, at) => ({
      ...image,
      validation: at === 1,
      errorCode: at === 0 ? "IMAGE_EMPTY" : null,
    }));
    await attempt.writePlan({ images, dataFingerprint: HASH });
    expect(await attempt.readPlan()).toEqual(images);
    expect(await attempt.read()).toMatchObject({
      dataFingerprint: HASH,
      trainingImages: 0,
      validationImages: 1,
      leftOut: 1,
    });
    await database.pool.query("delete from image where object_key = 'b'");
    await expect(attempt.readPlan()).rejects.toMatchObject({ code: "CHECKPOINT_MISMATCH" });
  });
});
