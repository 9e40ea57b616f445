import fc from "fast-check";
import { expect, test } from "vitest";
import {
  binomialLowerBound,
  binomialRiskPValue,
  binomialUpperTail,
  createRandom,
  drawBinomial,
  fixedSequenceRejections,
  graphicalRejections,
  hoeffdingBentkusPValue,
  holmAdjusted,
  holmRejections,
  labelsToCertify,
  mcnemarTest,
} from "../../src/statistics/index.ts";
import { CASES, relativeError } from "./cases.ts";

test.each(CASES.mcnemar)("gives scipy's exact McNemar p of $first against $second", (example) => {
  const found = mcnemarTest(example.first, example.second);
  expect(relativeError(found.pValue, example.p)).toBeLessThan(1e-9);
  expect(relativeError(found.midPValue, example.midP)).toBeLessThan(1e-9);
});

test.each(CASES.hoeffdingBentkus)(
  "gives the published p of mean loss $mean over $n against $limit",
  (example) => {
    const found = hoeffdingBentkusPValue(example.mean, example.n, example.limit);
    expect(relativeError(found, example.p)).toBeLessThan(1e-9);
  },
);

test("does not count one loss more when a mean is rounded up", () => {
  // 10 x 0.3 is 3 whole losses, but 0.1 + 0.2 = 0.30000000000000004 would be a ceiling of 4.
  expect(hoeffdingBentkusPValue(0.1 + 0.2, 10, 0.5)).toBeCloseTo(hoeffdingBentkusPValue(0.3, 10, 0.5), 12);
});

test("agrees with the bound: a p-value of at most delta where the upper bound is at most the limit", () => {
  expect(binomialRiskPValue(0, 59, 0.05)).toBeLessThan(0.05);
  expect(binomialRiskPValue(0, 58, 0.05)).toBeGreaterThan(0.05);
  expect(binomialRiskPValue(0, 0, 0.05)).toBe(1);
  expect(hoeffdingBentkusPValue(0, 0, 0.05)).toBe(1);
});

test.each([
  // Sorted .01 .03 .04: x3 .03, x2 .06, x1 .04 raised to .06.
  [
    [0.03, 0.01, 0.04],
    [0.06, 0.03, 0.06],
  ],
  [
    [0.5, 0.9],
    [1, 1],
  ],
  [[0.02], [0.02]],
  [[], []],
])("adjusts %j by Holm", (pValues, expected) => {
  holmAdjusted(pValues).forEach((value, at) => expect(value).toBeCloseTo(expected[at]!, 15));
  expect(holmAdjusted(pValues)).toHaveLength(expected.length);
});

test.each([
  ["until the first failure", [0.01, 0.04, 0.2, 0.001], [0], [0, 1]],
  ["nothing after a failed start", [0.3, 0.001], [0], []],
  // Two starts share alpha: 0.025 each.
  ["from each start", [0.01, 0.04, 0.2, 0.001, 0.02], [0, 3], [0, 3, 4]],
  ["through a later start", [0.01, 0.02, 0.002], [0, 1], [0, 1, 2]],
  ["nothing of nothing", [], [0], []],
])("rejects %s", (_, pValues, starts, expected) => {
  expect(fixedSequenceRejections(pValues, 0.05, starts)).toEqual(expected);
});

const holmGraph = (count: number) => ({
  shares: Array.from({ length: count }, () => 1 / count),
  transfers: Array.from({ length: count }, (_, from) =>
    Array.from({ length: count }, (__, to) => (from === to ? 0 : 1 / (count - 1))),
  ),
});

test("contains Holm's procedure and the fixed sequence as graphs", () => {
  const pValues = fc.array(fc.double({ min: 0, max: 0.08, noNaN: true }), { minLength: 2, maxLength: 5 });
  fc.assert(
    fc.property(pValues, (values) => {
      // Strictly between thresholds alpha / k, so that the two ways of rounding them cannot differ.
      const clear = values.every((p) => values.every((_, k) => Math.abs(p - 0.05 / (k + 1)) > 1e-9));
      fc.pre(clear);
      expect(graphicalRejections(values, holmGraph(values.length), 0.05)).toEqual(
        holmRejections(values, 0.05),
      );
      const chain = values.map((_, from) => values.map((__, to) => (to === from + 1 ? 1 : 0)));
      const shares = values.map((_, at) => (at === 0 ? 1 : 0));
      expect(graphicalRejections(values, { shares, transfers: chain }, 0.05)).toEqual(
        fixedSequenceRejections(values, 0.05),
      );
    }),
    { seed: 3 },
  );
});

test("works Bretz' two-primary, two-secondary example", () => {
  // Shares 1/2, 1/2, 0, 0; each primary passes half to the other and half to its secondary, each secondary all to
  // the other primary. p = .01 <= .0125 rejects 1st: 2nd gets .0125 + .00625 and 3rd .00625. p3 = .005 is rejected
  // and its share goes to 2nd (through the removed 1st): .025. p2 = .02 <= .025 rejected, p4 = .03 > .025 not.
  const graph = {
    shares: [0.5, 0.5, 0, 0],
    transfers: [
      [0, 0.5, 0.5, 0],
      [0.5, 0, 0, 0.5],
      [0, 1, 0, 0],
      [1, 0, 0, 0],
    ],
  };
  expect(graphicalRejections([0.01, 0.02, 0.005, 0.03], graph, 0.025)).toEqual([0, 1, 2]);
});

test("keeps the family-wise error of Holm and the fixed sequence over seeded null draws", () => {
  // Five true nulls of risk 0.1 at limit 0.1, from the same 150 images: dependent p-values.
  const random = createRandom(41);
  let holm = 0;
  let sequence = 0;
  for (let draw = 0; draw < 2000; draw++) {
    const shared = drawBinomial(random, 100, 0.1);
    const pValues = Array.from({ length: 5 }, () =>
      binomialRiskPValue(shared + drawBinomial(random, 50, 0.1), 150, 0.1),
    );
    holm += holmRejections(pValues, 0.1).length > 0 ? 1 : 0;
    sequence += fixedSequenceRejections(pValues, 0.1).length > 0 ? 1 : 0;
  }
  const most = 0.1 + 3 * Math.sqrt(0.09 / 2000);
  expect(holm / 2000).toBeLessThanOrEqual(most);
  expect(sequence / 2000).toBeLessThanOrEqual(most);
  expect(sequence).toBeGreaterThan(0);
});

test("tells how many labels a sensitivity of 0.95 needs when all 20 so far were found", () => {
  // 0.95^59 = 0.0485 is the first power at most 0.05; with a true rate of 1 the power is 1.
  expect(labelsToCertify(20, 20, { target: 0.95, confidence: 0.95 })).toEqual({
    certified: false,
    atObservedRate: 59,
    forPower: 59,
  });
  expect(labelsToCertify(59, 59, { target: 0.95, confidence: 0.95 }).certified).toBe(true);
});

test("asks for enough labels that the certificate passes with the asked power", () => {
  const { atObservedRate, forPower, certified } = labelsToCertify(97, 100, {
    target: 0.95,
    confidence: 0.95,
  });
  expect(certified).toBe(false);
  expect(binomialLowerBound(Math.ceil(0.97 * atObservedRate!), atObservedRate!, 0.05)).toBeGreaterThan(0.949);
  let needed = forPower!;
  while (binomialLowerBound(needed - 1, forPower!, 0.05) >= 0.95) needed -= 1;
  expect(binomialUpperTail(needed, forPower!, 0.97)).toBeGreaterThanOrEqual(0.8);
  expect(forPower!).toBeGreaterThan(atObservedRate!);
});

test.each([
  ["no label", 0, 0],
  ["a rate below the target", 90, 100],
  ["a rate at the target", 95, 100],
])("says that %s certifies nothing at any number", (_, successes, trials) => {
  expect(labelsToCertify(successes, trials, { target: 0.95, confidence: 0.95 })).toEqual({
    certified: false,
    atObservedRate: null,
    forPower: null,
  });
});

test.each([
  ["a negative discordant count", () => mcnemarTest(-1, 3), "BAD_SHAPE"],
  ["a NaN p-value", () => holmAdjusted([Number.NaN]), "BAD_SHAPE"],
  ["a start outside the sequence", () => fixedSequenceRejections([0.1], 0.05, [1]), "BAD_SHAPE"],
  [
    "shares above 1",
    () => graphicalRejections([0.1, 0.1], { shares: [1, 1], transfers: [] }, 0.05),
    "BAD_SHAPE",
  ],
  ["a loop", () => graphicalRejections([0.1], { shares: [1], transfers: [[1]] }, 0.05), "BAD_SHAPE"],
  ["a mean loss above 1", () => hoeffdingBentkusPValue(1.1, 3, 0.5), "BAD_SHAPE"],
  ["a limit of 0", () => binomialRiskPValue(0, 3, 0), "BAD_ARGUMENT"],
  ["a NaN target", () => labelsToCertify(1, 2, { target: Number.NaN, confidence: 0.9 }), "BAD_ARGUMENT"],
])("refuses %s", (_, call, code) => {
  expect(call).toThrow(expect.objectContaining({ code }));
});
