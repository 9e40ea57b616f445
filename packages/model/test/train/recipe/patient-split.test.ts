import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isHairlineError } from "@hairline/core/errors";
import { holdOutPatients, type SplitOptions, type SplitRow } from "@hairline/model/train";

const row = fc.record({
  group: fc.integer({ min: 0, max: 40 }).map((number) => `patient ${number}`),
  label: fc.constantFrom<0 | 1>(0, 1),
  bodyPart: fc.constantFrom("HAND", "ELBOW"),
});

function patient(name: number, images: number, label: 0 | 1 = 0): SplitRow[] {
  return Array.from({ length: images }, () => ({ group: `${name}`, label, bodyPart: "HAND" }));
}

/** Undefined where the patients cannot be divided so. */
function heldOut(rows: readonly SplitRow[], options: SplitOptions): boolean[] | undefined {
  try {
    return holdOutPatients(rows, options);
  } catch (error) {
    if (isHairlineError(error) && error.code === "TOO_FEW_PATIENTS") return undefined;
    throw error;
  }
}

describe("holding out patients", () => {
  test("leaves no patient on both sides and none out", () => {
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 200 }),
        fc.nat(),
        fc.double({ min: 0.05, max: 0.5, noNaN: true }),
        (rows, seed, share) => {
          const held = heldOut(rows, { share, seed });
          fc.pre(held !== undefined);
          expect(held).toHaveLength(rows.length);
          const side = (wanted: boolean) =>
            new Set(rows.filter((_, at) => held[at] === wanted).map(({ group }) => group));
          expect([...side(true)].filter((group) => side(false).has(group))).toEqual([]);
          expect(side(true).size).toBeGreaterThan(0);
          expect(side(false).size).toBeGreaterThan(0);
        },
      ),
    );
  });

  test("holds out each class and body part in the share asked for", () => {
    const rows = Array.from({ length: 1000 }, (_, index): SplitRow => {
      const label = index % 10 === 0 ? 1 : 0;
      return { group: `${index >> 1}`, label, bodyPart: index % 4 < 2 ? "HAND" : "ELBOW" };
    });
    const held = holdOutPatients(rows, { share: 0.2, seed: 7 });
    for (const label of [0, 1])
      for (const bodyPart of ["HAND", "ELBOW"]) {
        const stratum = rows.flatMap((each, at) =>
          each.label === label && each.bodyPart === bodyPart ? [held[at]!] : [],
        );
        const share = stratum.filter(Boolean).length / stratum.length;
        expect(Math.abs(share - 0.2)).toBeLessThanOrEqual(3 / stratum.length);
      }
  });

  test("has patients of every size on both sides", () => {
    const rows = [10, 3, 1].flatMap((images) =>
      Array.from({ length: 20 }, (_, index) => patient(images * 1000 + index, images)).flat(),
    );
    const held = holdOutPatients(rows, { share: 0.2, seed: 1 });
    for (const images of [10, 3, 1]) {
      const own = rows.flatMap(({ group }, at) =>
        Math.floor(Number(group) / 1000) === images ? [held[at]!] : [],
      );
      expect(own.filter(Boolean).length / own.length).toBeGreaterThanOrEqual(0.1);
      expect(own.filter(Boolean).length / own.length).toBeLessThanOrEqual(0.3);
    }
  });

  test("follows from the seed, not from the order of the rows", () => {
    const rows = Array.from({ length: 30 }, (_, index) => patient(index, 1, index % 2 === 0 ? 1 : 0)).flat();
    const heldGroups = (given: readonly SplitRow[], seed: number) => {
      const held = holdOutPatients(given, { share: 0.3, seed });
      return given.flatMap(({ group }, at) => (held[at] === true ? [group] : [])).toSorted();
    };
    expect(heldGroups(rows.toReversed(), 5)).toEqual(heldGroups(rows, 5));
    expect(heldGroups(rows, 6)).not.toEqual(heldGroups(rows, 5));
  });

  test.each([
    { what: "no row", rows: [] },
    { what: "one patient", rows: patient(1, 50) },
    // A fifth of two images is 0.4: nearer to none than to one.
    { what: "two patients", rows: [...patient(1, 1), ...patient(2, 1)] },
  ])("refuses $what", ({ rows }) => {
    expect(() => holdOutPatients(rows, { share: 0.2, seed: 1 })).toThrow(
      expect.objectContaining({ code: "TOO_FEW_PATIENTS" }),
    );
  });
});
