import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeCheckpoint, encodeCheckpoint, type TrainingCheckpoint } from "@hairline/model/train";
import { writeSafetensors } from "@hairline/model/weights";

const vector = fc.float32Array({ maxLength: 8 });
const natural = fc.nat();
const checkpoint: fc.Arbitrary<TrainingCheckpoint> = fc
  .record({
    epoch: natural,
    stepsOfEpoch: natural,
    lossSum: fc.double({ noDefaultInfinity: true, noNaN: true }).map((value) => value + 0),
    best: fc.record({
      epoch: fc.integer({ min: -1 }),
      loss: fc.option(fc.double({ noDefaultInfinity: true, noNaN: true }).map((value) => value + 0)),
      waited: natural,
    }),
    state: fc.record({ step: natural, weights: vector, first: vector, second: vector }),
    average: fc.option(vector, { nil: undefined }),
    bestWeights: fc.option(vector, { nil: undefined }),
  })
  .map(({ average, state, ...rest }) => ({
    ...rest,
    state: { ...state, ...(average === undefined ? {} : { average }) },
  }));

describe("a checkpoint's file", () => {
  test("gives back every bit", () => {
    fc.assert(
      fc.property(checkpoint, (given) => {
        expect(decodeCheckpoint(encodeCheckpoint(given))).toEqual(given);
      }),
    );
  });

  test.each([
    { what: "no file of tensors", file: Buffer.from("hello, world"), code: "WEIGHTS_UNREADABLE" },
    { what: "another file of tensors", file: writeSafetensors(new Map()), code: "CHECKPOINT_MISMATCH" },
    {
      what: "a place of another form",
      file: writeSafetensors(new Map([["place", { type: "uint8", shape: [2], bytes: Buffer.from("{}") }]])),
      code: "CHECKPOINT_MISMATCH",
    },
  ])("refuses $what", ({ file, code }) => {
    expect(() => decodeCheckpoint(file)).toThrow(expect.objectContaining({ code }));
  });
});
