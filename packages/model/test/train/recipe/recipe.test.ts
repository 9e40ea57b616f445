import { describe, expect, test } from "vitest";
import { Recipe } from "@hairline/model/train";
import { afterEpoch, isExhausted, NO_EPOCH } from "../../../src/train/recipe/early-stopping.ts";
import { learningRateAt } from "../../../src/train/recipe/schedule.ts";

describe("the recipe", () => {
  test("is the original's when nothing is said", () => {
    expect(Recipe.parse({})).toEqual({
      stage: "full",
      learningRate: 3e-5,
      weightDecay: 1e-4,
      batchSize: 32,
      epochs: 100,
      positiveWeight: "balanced",
      patience: 10,
      minDelta: 1e-4,
      seed: 42,
      batchNorm: "auto",
      warmup: 0,
      schedule: "constant",
      sampling: "shuffled",
      augmentation: { flip: false, rotationDegrees: 0, shift: 0, contrast: 0 },
      validationShare: 0.2,
    });
  });

  test.each([
    [{ learningrate: 1e-3 }],
    [{ augmentation: { flips: true } }],
    [{ batchSize: 1 }],
    [{ learningRate: 0 }],
    [{ averageDecay: 1 }],
    [{ stage: "layer3" }],
  ])("refuses %j", (recipe) => {
    expect(Recipe.safeParse(recipe).success).toBe(false);
  });
});

describe("the learning rate", () => {
  // 10 steps, a fifth of them rise: 1/2 and 2/2 of 0.1; then half a cosine over the other 8: cos(0) = 1, cos(pi/2) = 0
  // at its half, and (1 + cos(7 pi/8)) / 2 = 0.0380602 at the last.
  test.each([
    { step: 0, rate: 0.05 },
    { step: 1, rate: 0.1 },
    { step: 2, rate: 0.1 },
    { step: 6, rate: 0.05 },
    { step: 9, rate: 0.00380602 },
  ])("is $rate at step $step of a warm-up and cosine", ({ step, rate }) => {
    const schedule = { learningRate: 0.1, warmup: 0.2, schedule: "cosine" } as const;
    expect(learningRateAt(schedule, step, 10)).toBeCloseTo(rate, 8);
  });

  test.each([0, 5, 9])("stays as it is at step %i of a constant schedule", (step) => {
    expect(learningRateAt({ learningRate: 0.1, warmup: 0, schedule: "constant" }, step, 10)).toBe(0.1);
  });

  test("rises to the end when all is warm-up", () => {
    const schedule = { learningRate: 0.1, warmup: 1, schedule: "cosine" } as const;
    expect([0, 4, 9].map((step) => learningRateAt(schedule, step, 10))).toEqual([0.01, 0.05, 0.1]);
  });
});

describe("early stopping", () => {
  // Only 0.5 and 0.3 fall by more than 0.1; two epochs without are its patience.
  const recipe = { minDelta: 0.1, patience: 2 };
  const run = (losses: readonly number[]) =>
    losses.reduce((best, loss, epoch) => afterEpoch(best, { epoch, loss }, recipe), NO_EPOCH);

  test.each([
    { losses: [0.5], best: { epoch: 0, loss: 0.5, waited: 0 }, exhausted: false },
    { losses: [0.5, 0.4], best: { epoch: 0, loss: 0.5, waited: 1 }, exhausted: false },
    { losses: [0.5, 0.4, 0.3], best: { epoch: 2, loss: 0.3, waited: 0 }, exhausted: false },
    { losses: [0.5, 0.4, 0.6], best: { epoch: 0, loss: 0.5, waited: 2 }, exhausted: true },
    { losses: [Number.NaN, Number.NaN], best: { epoch: -1, loss: null, waited: 2 }, exhausted: true },
  ])("after $losses has its best at $best.epoch", ({ losses, best, exhausted }) => {
    expect(run(losses)).toEqual(best);
    expect(isExhausted(run(losses), recipe)).toBe(exhausted);
  });
});
