import fc from "fast-check";
import { expect, test } from "vitest";
import { addStudy, STUDY_RULES, studyOutcome, type SweptView } from "../../src/pooling/index.ts";
import {
  alphaIndex,
  configAt,
  configCount,
  countOf,
  countsAt,
  emptySweepCube,
  type Policy,
  sweepAxes,
  sweepCounts,
  type TriageCounts,
} from "../../src/triage/index.ts";
import { arbitraryGrid, arbitraryImage, SEED_ALPHAS } from "../readings/arbitrary-facts.ts";

interface Study {
  readonly label: 0 | 1;
  readonly views: readonly SweptView[];
}

const study: fc.Arbitrary<Study> = fc
  .tuple(
    fc.constantFrom(0 as const, 1 as const),
    fc.array(arbitraryImage({ complete: false }), { minLength: 1, maxLength: 6 }),
  )
  .map(([label, images]) => ({ label, views: images.map((image, at) => ({ ...image, imageId: at + 1 })) }));

function plainCounts(
  studies: readonly Study[],
  rule: (typeof STUDY_RULES)[number],
  policy: Policy,
): TriageCounts {
  const counts = { tp: 0, fp: 0, tn: 0, fn: 0, inconclusive: 0 };
  const at = alphaIndex(SEED_ALPHAS, policy.alpha);
  for (const { label, views } of studies) {
    const read = views.map((view) => ({ ...view, area: view.areas[at] ?? null }));
    counts[countOf(studyOutcome(rule, read, policy), label)] += 1;
  }
  return counts;
}

test("counts every study once at every config of any grid, under every rule", () => {
  fc.assert(
    fc.property(
      fc.array(study, { maxLength: 15 }),
      arbitraryGrid(),
      fc.constantFrom(...STUDY_RULES),
      (studies, grid, rule) => {
        const axes = sweepAxes(grid);
        const cube = emptySweepCube(axes);
        const places = axes.alpha.alphas.map((alpha) => alphaIndex(SEED_ALPHAS, alpha));
        for (const { label, views } of studies) {
          const swept = views.map((view) => ({
            ...view,
            areas: places.map((place) => view.areas[place] ?? null),
          }));
          addStudy({ label, views: swept }, rule, { axes, cube });
        }
        const counts = sweepCounts(axes, cube);
        for (let config = 0; config < configCount(grid); config++) {
          expect(countsAt(counts, config)).toEqual(plainCounts(studies, rule, configAt(grid, config)));
        }
      },
    ),
    { numRuns: 300, seed: 20 },
  );
});
