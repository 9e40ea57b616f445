import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { reproducibleWeights } from "@hairline/model/testing";
import { parameterLayout, type OpenTrainer, type Trainer, type TrainerState } from "@hairline/model/train";
import {
  batchOf,
  relativeError,
  settingsOf,
  trainingCases,
  type DescribedGradient,
  type TrainingCase,
} from "./training-case.ts";

export interface TrainerContract {
  readonly open: OpenTrainer;
  /** Cases the engine is run on; all of them when absent. */
  readonly cases?: (reference: TrainingCase) => boolean;
  /**
   * Largest relative error with batch statistics, where the engine's rounding turns a ReLU that PyTorch's does not: one
   * of a few thousand cells then counts or not. Absent: none may turn.
   */
  readonly turnedRelu?: number;
}

/**
 * Largest relative error of a parameter's gradient. Where two values are equal but for float32's last digits, ReLU and
 * the pooled maximum decide one way or the other, in PyTorch too: there its own error says what float32 can give.
 */
function toleranceOf({ float32Error }: DescribedGradient): number {
  return Math.max(1e-5, 5 * float32Error);
}

const TIMEOUT_MS = 300_000;

function openCase(open: OpenTrainer, reference: TrainingCase): Promise<Trainer> {
  return open(reproducibleWeights(reference.architecture), settingsOf(reference));
}

/** What every trainer must do: PyTorch's gradients and steps, again and again the same. */
export function describeTrainer({ open, cases = () => true, turnedRelu = 0 }: TrainerContract): void {
  describe("a trainer", () => {
    describe.each(trainingCases.filter(cases))(
      "$architecture, $stage, $batchNorm statistics, $size px",
      (reference) => {
        test(
          "gives PyTorch's loss, logits and the gradient of every parameter",
          { timeout: TIMEOUT_MS },
          async () => {
            await using trainer = await openCase(open, reference);
            const { loss, logits, gradients } = await trainer.gradients(batchOf(reference));
            expect(loss).toBeCloseTo(reference.losses[0]!, 4);
            reference.logits.forEach((logit, index) => expect(logits[index]).toBeCloseTo(logit, 3));
            expect([...gradients.keys()].toSorted()).toEqual(Object.keys(reference.gradients).toSorted());
            const allowed = reference.batchNorm === "batch" ? turnedRelu : 0;
            const errors = Object.entries(reference.gradients).map(([parameter, expected]) => ({
              parameter,
              error:
                relativeError(parameter, gradients.get(parameter)!, expected) /
                Math.max(allowed, toleranceOf(expected)),
            }));
            expect(errors.filter(({ error }) => !(error <= 1))).toEqual([]);
          },
        );

        test("follows PyTorch's AdamW for five steps", { timeout: TIMEOUT_MS }, async () => {
          await using trainer = await openCase(open, reference);
          const batch = batchOf(reference);
          for (const expected of reference.losses) {
            const { loss } = await trainer.step(batch, reference.learningRate);
            expect(Math.abs(loss - expected)).toBeLessThanOrEqual(0.02 * Math.max(expected, 0.1));
          }
          const { step, weights } = await trainer.state();
          expect(step).toBe(reference.losses.length);
          const { entries } = parameterLayout(reference.architecture, reference.stage);
          const start = reproducibleWeights(reference.architecture);
          const moved = entries.filter(({ name }) => name in reference.moved);
          expect(moved.length).toBe(Object.keys(reference.moved).length);
          const errors = moved.map(({ name, offset, length }) => {
            const before = new Float32Array(start.get(name)!.bytes.buffer);
            const change = weights
              .slice(offset, offset + length)
              .map((value, index) => value - before[index]!);
            return relativeError(name, change, reference.moved[name]!);
          });
          // Adam divides by the gradient's size: where that is noise, so is the step. Of the whole network it is small.
          expect(errors.toSorted((a, b) => a - b)[Math.floor(errors.length / 2)]).toBeLessThan(0.1);
        });
      },
    );

    // Small: what follows does not depend on the size, and states of 11 million weights are compared.
    const reference: TrainingCase = { ...(trainingCases.find(cases) as TrainingCase), size: 64, count: 3 };

    test("gives the same bits again, also from a restored state", { timeout: TIMEOUT_MS }, async () => {
      const batch = batchOf(reference);
      await using first = await openCase(open, reference);
      await first.step(batch, 1e-4);
      const between = await first.state();
      const { loss } = await first.step(batch, 1e-4);
      const expected = await first.state();

      await using second = await openCase(open, reference);
      await second.restore(between);
      expect((await second.step(batch, 1e-4)).loss).toBe(loss);
      expect(bitsOf(await second.state())).toEqual(bitsOf(expected));
    });

    test("an incomplete batch is the mean over its own images", { timeout: TIMEOUT_MS }, async () => {
      const whole = batchOf(reference);
      const length = whole.data.length / whole.count;
      const part = {
        ...whole,
        count: 2,
        data: whole.data.slice(0, 2 * length),
        labels: whole.labels.slice(0, 2),
      };
      await using large = await openCase(open, reference);
      await using small = await openCase(open, { ...reference, count: 2 });
      const [padded, exact] = await Promise.all([large.gradients(part), small.gradients(part)]);
      expect(padded.loss).toBeCloseTo(exact.loss, 5);
      for (const [name, gradient] of exact.gradients)
        expect(distance(padded.gradients.get(name)!, gradient)).toBeLessThanOrEqual(
          1e-4 * distance(gradient) + 1e-9,
        );
    });

    test("clips all gradients together to the norm allowed", { timeout: TIMEOUT_MS }, async () => {
      const settings = settingsOf(reference);
      const start = reproducibleWeights(reference.architecture);
      const batch = batchOf(reference);
      await using free = await open(start, settings);
      await using clipped = await open(start, { ...settings, clipNorm: 0.5 });
      const { gradientNorm } = await free.step(batch, 1e-4);
      expect(gradientNorm).toBeGreaterThan(0.5);
      expect((await clipped.step(batch, 1e-4)).gradientNorm).toBeCloseTo(gradientNorm, 3);
      const [{ first: whole }, { first: part }] = await Promise.all([free.state(), clipped.state()]);
      const scale = 0.5 / gradientNorm;
      const largest = whole.reduce(
        (most, value, index) => (Math.abs(value) > Math.abs(whole[most]!) ? index : most),
        0,
      );
      expect(part[largest]! / whole[largest]!).toBeCloseTo(scale, 4);
    });

    test("keeps weights that are not finite out of the state", { timeout: TIMEOUT_MS }, async () => {
      const start = reproducibleWeights(reference.architecture);
      await using trainer = await open(start, settingsOf(reference));
      const { weights } = await trainer.state();
      const broken = await trainer.state();
      broken.weights[0] = Number.NaN;
      await trainer.restore(broken);
      await expect(trainer.step(batchOf(reference), 1e-4)).rejects.toMatchObject({
        code: "TRAINING_DIVERGED",
      });
      expect((await trainer.state()).step).toBe(0);
      const after = await trainer.state();
      expect(
        Buffer.from(after.weights.buffer).subarray(4).equals(Buffer.from(weights.buffer).subarray(4)),
      ).toBe(true);
    });

    test("refuses a batch or state that does not fit", { timeout: TIMEOUT_MS }, async () => {
      await using trainer = await openCase(open, reference);
      const batch = batchOf(reference);
      const state = await trainer.state();
      for (const bad of [
        { ...batch, count: reference.count + 1 },
        { ...batch, data: batch.data.slice(1) },
        { ...batch, labels: batch.labels.map(() => 2) },
        { ...batch, positiveWeight: 0 },
      ])
        await expect(trainer.step(bad, 1e-4)).rejects.toMatchObject({ code: "BAD_SHAPE" });
      await expect(trainer.restore({ ...state, first: state.first.slice(1) })).rejects.toMatchObject({
        code: "CHECKPOINT_MISMATCH",
      });
    });
  });
}

/** L2 norm of a − b, or of a. */
function distance(a: Float32Array, b?: Float32Array): number {
  let squares = 0;
  for (let index = 0; index < a.length; index += 1) squares += (a[index]! - (b?.[index] ?? 0)) ** 2;
  return Math.sqrt(squares);
}

/** A state as hashes: comparing arrays of millions of numbers one by one takes a minute. */
function bitsOf({ step, ...vectors }: TrainerState): Record<string, unknown> {
  const hashes = Object.entries(vectors).map(([name, values]) => [
    name,
    createHash("sha256")
      .update(Buffer.from(values?.buffer ?? new ArrayBuffer(0)))
      .digest("hex"),
  ]);
  return { step, ...(Object.fromEntries(hashes) as Record<string, string>) };
}
