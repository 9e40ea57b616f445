import { expect, test } from "vitest";
import { ablateGates, defaultAlpha } from "../../src/analysis/index.ts";
import { parseGate } from "../../src/gates/index.ts";
import { createTestDatabase } from "../../src/testing/index.ts";
import { parsePolicy } from "../../src/triage/index.ts";
import { ARCHIVE, seedArchive, type SeededView } from "./seed-archive.ts";

const SETTINGS = { replicates: 50 };

// Flagged at 0.5: views 1 to 4; two of one patient, whose study has another view below p_low.
const VIEWS: SeededView[] = [
  { study: "a", patient: "x", label: 1, probability: 0.2, entropy: 1, areas: [0.1] },
  { study: "a", patient: "x", label: 1, probability: 0.9, entropy: 3, areas: [0.4], cam: [4, 3, 2, 1] },
  { study: "b", patient: "x", label: 0, probability: 0.5, entropy: 1, areas: [0.2], cam: [4, 0, 0, 0] },
  { study: "c", label: 0, probability: 0.8, entropy: 2, areas: [0.3], cam: [4, 3, 0, 0] },
  { study: "d", label: 1, probability: 0.7, degenerate: true },
  { study: "e", label: null, probability: 0.9, entropy: 1, areas: [0.1] },
];

const gates =
  (...names: string[]) =>
  (alpha: number) =>
    names.map((name) => parseGate(name, alpha));

test("ablates the labelled images at or above p_low, by patient", async () => {
  await using database = await createTestDatabase();
  await seedArchive(database, VIEWS);
  const report = await ablateGates({ database, ...ARCHIVE, pLow: 0.5, coverage: 0.5, settings: SETTINGS });
  expect(report).toMatchObject({ labelled: 5, flagged: 4, flaggedFractures: 2, clusters: 3 });
  expect(report.gates.map(({ gate, usable }) => `${gate} ${usable}`)).toContain("area@0.5:inverted 3");
  const entropy = report.gates.find(({ gate }) => gate === "entropy");
  // The two lowest entropies are both errors; of the two highest probabilities (0.9, 0.8) one is.
  expect(entropy?.operatingPoint).toMatchObject({
    kept: 2,
    errors: 2,
    rejectorErrors: 1,
    bounds: [{ max: 2 }],
  });
  // By p the errors come second and fourth: trapezoids 0 + 1 + 2 + 3 over 2 x 16.
  expect(report.rejectorAugrc).toBe(6 / 32);
});

test("counts areas from the grids at an alpha that no column holds", async () => {
  await using database = await createTestDatabase();
  await seedArchive(database, VIEWS);
  const request = { database, ...ARCHIVE, pLow: 0.5, coverage: 0.25, settings: SETTINGS };
  const report = await ablateGates({ ...request, gates: gates("area@0.7") });
  // Above 0.7 of 4 = 2.8: two, one and two cells of four.
  expect(report.gates[0]).toMatchObject({ usable: 3, operatingPoint: { kept: 1, bounds: [{ max: 0.25 }] } });
  await expect(ablateGates({ ...request, gates: gates("area@0.7", "both@0.6") })).rejects.toMatchObject({
    code: "BAD_ARGUMENT",
    field: "alpha",
  });
});

test("compares a policy's own gates, and all others at the coverage it leaves", async () => {
  await using database = await createTestDatabase();
  await seedArchive(database, VIEWS);
  const policy = parsePolicy("p_low=0.5,entropy_max=2.5,area_max=0.25,alpha=0.5");
  const report = await ablateGates({
    database,
    ...ARCHIVE,
    pLow: 0,
    policy,
    gates: gates("entropy"),
    settings: SETTINGS,
  });
  expect(report.settings.coverage).toBe(0.25);
  expect(report.gates).toMatchObject([
    { gate: "policy", operatingPoint: { kept: 1, errors: 1, bounds: [{ max: 2.5 }, { max: 0.25 }] } },
    { gate: "entropy", operatingPoint: { kept: 1, errors: 1, bounds: [{ max: 1 }] } },
  ]);
});

test("names what is wrong, and has reasons where labels are missing", async () => {
  await using database = await createTestDatabase();
  await seedArchive(database, VIEWS.slice(5));
  const request = { database, ...ARCHIVE, pLow: 0.5, settings: SETTINGS };
  const report = await ablateGates({ ...request, gates: gates("entropy") });
  expect(report).toMatchObject({ labelled: 0, flagged: 0, rejectorAugrc: null });
  expect(report.gates[0]?.verdict).toMatch(/nothing to defer/);
  await expect(ablateGates({ ...request, filter: { splits: ["none"] } })).rejects.toMatchObject({
    code: "NO_PREDICTIONS",
  });
  await expect(ablateGates({ ...request, coverage: 0 })).rejects.toMatchObject({
    code: "BAD_ARGUMENT",
    field: "coverage",
  });
  await expect(ablateGates({ ...request, pLow: 2 })).rejects.toMatchObject({
    code: "BAD_THRESHOLD",
    field: "p_low",
  });
});

test("takes the alpha nearest to one half by default", () => {
  expect(defaultAlpha([0.3, 0.4, 0.6])).toBe(0.4);
  expect(defaultAlpha([])).toBe(0.5);
});
