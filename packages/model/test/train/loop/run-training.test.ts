import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  Recipe,
  runTraining,
  type EpochReport,
  type TrainingCheckpoint,
  type TrainingRunOptions,
  type TrainingSet,
} from "@hairline/model/train";
import { FakeTrainer } from "./fake-trainer.ts";

/** Image i is the number i; every third is positive. */
function numbers(count: number): TrainingSet {
  return {
    count,
    labels: Float32Array.from({ length: count }, (_, index) => (index % 3 === 0 ? 1 : 0)),
    groups: Array.from({ length: count }, () => "HAND"),
    load: async (indices, epoch) => ({
      data: Float32Array.from(indices, (index) => index + epoch / 8),
      channels: 1,
    }),
  };
}

function options(given: Partial<TrainingRunOptions> & { readonly trainer: FakeTrainer }): TrainingRunOptions {
  return {
    set: numbers(10),
    recipe: Recipe.parse({ batchSize: 4, epochs: 3, learningRate: 0.1, schedule: "cosine", warmup: 0.2 }),
    wholeBatches: false,
    validate: async ([weight]) => (weight! - 4) ** 2,
    signal: new AbortController().signal,
    ...given,
  };
}

describe("a training", () => {
  test("shows every image once an epoch, in batches, the last one smaller", async () => {
    const trainer = new FakeTrainer();
    await runTraining(options({ trainer }));
    expect(trainer.shown.map((batch) => batch.length)).toEqual([4, 4, 2, 4, 4, 2, 4, 4, 2]);
    for (const epoch of [0, 1, 2]) {
      const images = trainer.shown.slice(3 * epoch, 3 * epoch + 3).flat();
      expect(images.map((value) => value - epoch / 8).toSorted((a, b) => a - b)).toEqual([
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
      ]);
    }
  });

  test("leaves out the rest of an epoch that does not fill a batch when only whole ones will do", async () => {
    const trainer = new FakeTrainer();
    await runTraining(options({ trainer, wholeBatches: true }));
    expect(trainer.shown.map((batch) => batch.length)).toEqual([4, 4, 4, 4, 4, 4]);
  });

  test("weighs positives by negatives / positives, as given by the set", async () => {
    const losses: number[] = [];
    for (const positiveWeight of ["balanced", 1.5] as const) {
      const trainer = new FakeTrainer();
      const recipe = Recipe.parse({ batchSize: 10, epochs: 1, positiveWeight });
      await runTraining(options({ trainer, recipe, onStep: ({ loss }) => losses.push(loss) }));
    }
    // 4 of 10 are positive: 6 / 4.
    expect(losses[0]).toBeCloseTo(losses[1]!, 12);
  });

  test("ends when the validation loss has not improved for its patience, with the best epoch's weights", async () => {
    const validation = [3, 2, 2.5, 2.4, 9];
    const reports: EpochReport[] = [];
    const judged: number[] = [];
    const outcome = await runTraining(
      options({
        trainer: new FakeTrainer(),
        recipe: Recipe.parse({ batchSize: 4, epochs: 9, patience: 2, learningRate: 0.1 }),
        validate: async ([weight]) => validation[judged.push(weight!) - 1]!,
        onEpoch: async (report) => void reports.push(report),
      }),
    );
    expect(reports.map(({ epoch, validationLoss, best }) => [epoch, validationLoss, best.epoch])).toEqual([
      [0, 3, 0],
      [1, 2, 1],
      [2, 2.5, 1],
      [3, 2.4, 1],
    ]);
    expect(outcome).toMatchObject({ epochs: 4, best: { epoch: 1, loss: 2, waited: 2 } });
    expect(outcome.bestWeights[0]).toBe(judged[1]);
  });

  test("resumed from any checkpoint gives the same bits as one that was never stopped", async () => {
    const checkpoints: TrainingCheckpoint[] = [];
    const trainer = new FakeTrainer();
    const whole = await runTraining(
      options({
        trainer,
        checkpointDue: () => true,
        save: async (checkpoint) => void checkpoints.push(checkpoint),
      }),
    );
    // 3 steps and the epoch's end, 3 times.
    expect(checkpoints).toHaveLength(12);
    const end = await trainer.state();
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...checkpoints), async (checkpoint) => {
        const other = new FakeTrainer();
        const resumed = await runTraining(options({ trainer: other, from: structuredClone(checkpoint) }));
        expect(resumed).toEqual(whole);
        expect(await other.state()).toEqual(end);
      }),
    );
  });

  test("stopped by its signal saves where it is, and goes on from there", async () => {
    const whole = await runTraining(options({ trainer: new FakeTrainer() }));
    const stop = new AbortController();
    let saved: TrainingCheckpoint | undefined;
    const stopped = () =>
      runTraining(
        options({
          trainer: new FakeTrainer(),
          signal: stop.signal,
          onStep: ({ epoch, step }) => {
            if (epoch === 1 && step === 3) stop.abort(new Error("enough"));
          },
          save: async (checkpoint) => void (saved = checkpoint),
        }),
      );
    await expect(stopped()).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect(saved).toMatchObject({ epoch: 1, stepsOfEpoch: 3 });
    expect(await runTraining(options({ trainer: new FakeTrainer(), from: saved }))).toEqual(whole);
  });

  test("ends with the error of an image that cannot be loaded", async () => {
    const set: TrainingSet = { ...numbers(10), load: () => Promise.reject(new Error("gone")) };
    await expect(runTraining(options({ trainer: new FakeTrainer(), set }))).rejects.toThrow("gone");
  });

  test.each([
    { what: "no image", count: 0, positive: 0, code: "LABELS_ONE_SIDED" },
    { what: "negatives alone", count: 10, positive: 0, code: "LABELS_ONE_SIDED" },
    { what: "positives alone", count: 10, positive: 10, code: "LABELS_ONE_SIDED" },
    { what: "less than a whole batch", count: 3, positive: 1, code: "TOO_FEW_IMAGES" },
  ])("refuses $what with $code", async ({ count, positive, code }) => {
    const labels = Float32Array.from({ length: count }, (_, index) => (index < positive ? 1 : 0));
    const run = () =>
      runTraining(
        options({ trainer: new FakeTrainer(), set: { ...numbers(count), labels }, wholeBatches: true }),
      );
    await expect(run()).rejects.toMatchObject({ code });
  });
});
