import fc from "fast-check";
import { expect, test } from "vitest";
import {
  farthestFirst,
  inTurns,
  meanDirection,
  rankStudies,
  type Candidate,
} from "../../src/worklist/index.ts";

const angle = (degrees: number): Float32Array =>
  Float32Array.of(Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180));

test("picks the farthest from all picked so far, the earlier of equally far ones", () => {
  // From 0: 180 is farthest. Then 90 and 270 are equally far (90 from both), the earlier first. Of the rest 100 is 10 from
  // 90, and 0 (a copy) is 0 from 0.
  const candidates = [0, 100, 180, 90, 270, 0].map(angle);
  expect(farthestFirst(candidates, 4)).toEqual([0, 2, 3, 4]);
  expect(farthestFirst(candidates, 9)).toEqual([0, 2, 3, 4, 1, 5]);
});

test("keeps away from what was picked before", () => {
  // Before: 0. The farthest is 170, then 80 (80 from 0, 90 from 170) before 10.
  expect(farthestFirst([10, 80, 170].map(angle), 3, [angle(0)])).toEqual([2, 1, 0]);
});

test("picks every copy of one direction once", () => {
  expect(farthestFirst([5, 5, 5].map(angle), 3)).toEqual([0, 1, 2]);
  expect(farthestFirst([], 3)).toEqual([]);
});

test("takes groups in turns, by their first member", () => {
  expect(inTurns(["hand", "hand", "hip", "hand", "hip", "knee"], 5)).toEqual([0, 2, 5, 1, 4]);
  expect(inTurns(["hand"], 3)).toEqual([0]);
  expect(inTurns([], 3)).toEqual([]);
});

test("gives a study the direction of its views' mean", () => {
  // (3, 0) and (0, 4): mean (1.5, 2), of length 2.5.
  expect([...meanDirection([Float32Array.of(3, 0), Float32Array.of(0, 4)])]).toEqual(
    [0.6, 0.8].map(Math.fround),
  );
  expect([...meanDirection([Float32Array.of(1, 0), Float32Array.of(-1, 0)])]).toEqual([0, 0]);
  expect(() => meanDirection([Float32Array.of(1), Float32Array.of(1, 2)])).toThrow(
    expect.objectContaining({ code: "BAD_SHAPE" }),
  );
});

function candidate(
  studyId: number,
  outcome: Candidate["outcome"],
  distance: number,
  bodyPart = "hand",
): Candidate {
  return { studyId, outcome, distance, bodyPart };
}

const CANDIDATES = [
  candidate(1, "negative", 0.01),
  candidate(2, "inconclusive", 0.5),
  candidate(3, "positive", 0.02),
  candidate(4, "inconclusive", 0.1, "hip"),
  candidate(5, "inconclusive", 0.2, "hip"),
  candidate(6, "negative", 0.9),
];
const ids = (studies: readonly Candidate[]) => studies.map(({ studyId }) => studyId);

test("puts inconclusive studies first, then the nearest to a threshold, body parts in turns", () => {
  // Inconclusive by distance 4 (hip), 5 (hip), 2 (hand): in turns 4, 2, 5. Decided, all hands: 1, 3, 6.
  expect(ids(rankStudies(CANDIDATES, { limit: 10 }))).toEqual([4, 2, 5, 1, 3, 6]);
  expect(ids(rankStudies(CANDIDATES, { limit: 2 }))).toEqual([4, 2]);
});

test("keeps embeddings apart, among decided studies from the inconclusive ones too", () => {
  const directions = new Map([
    [4, angle(0)],
    [5, angle(10)],
    [2, angle(90)],
    [1, angle(5)],
    [3, angle(180)],
    [6, angle(200)],
  ]);
  // 4 first; 2 is 90 from it, 5 only 10. Of the decided: 3 is 90 from 2, 6 is 110 from 2, 1 is 5 from 4. So 6, then 3.
  expect(ids(rankStudies(CANDIDATES, { limit: 5, directions }))).toEqual([4, 2, 5, 6, 3]);
});

test("looks only at the four times as many that are nearest to a threshold", () => {
  const studies = [0, 1, 2, 3, 4].map((at) => candidate(at, "negative", at / 10));
  const directions = new Map(studies.map(({ studyId }) => [studyId, angle(studyId === 4 ? 180 : studyId)]));
  expect(ids(rankStudies(studies, { limit: 1, directions }))).toEqual([0]);
  // Of two picks eight are looked at: the opposite one is the second.
  expect(ids(rankStudies(studies, { limit: 2, directions }))).toEqual([0, 4]);
});

test("gives the same list for the same studies in any order, without repeats", () => {
  const studies = fc.uniqueArray(
    fc.record({
      studyId: fc.integer({ min: 1, max: 99 }),
      outcome: fc.constantFrom<Candidate["outcome"]>("negative", "positive", "inconclusive"),
      distance: fc.constantFrom(0, 0.1, 0.5),
      bodyPart: fc.constantFrom("hand", "hip", null),
    }),
    { selector: ({ studyId }) => studyId, maxLength: 30 },
  );
  fc.assert(
    fc.property(studies, fc.integer({ min: 1, max: 20 }), fc.boolean(), (given, limit, embedded) => {
      const directions = embedded
        ? new Map(given.map(({ studyId }) => [studyId, angle((studyId * 37) % 360)]))
        : undefined;
      const ranked = ids(rankStudies(given, { limit, directions }));
      expect(ids(rankStudies(given.toReversed(), { limit, directions }))).toEqual(ranked);
      expect(new Set(ranked).size).toBe(Math.min(limit, given.length));
    }),
    { seed: 5 },
  );
});
