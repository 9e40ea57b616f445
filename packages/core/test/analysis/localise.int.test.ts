import { expect, test } from "vitest";
import { localise } from "../../src/analysis/index.ts";
import { HairlineError } from "../../src/errors.ts";
import { createTestDatabase } from "../../src/testing/index.ts";
import { parsePolicy } from "../../src/triage/index.ts";
import { ARCHIVE, seedArchive, type SeededView } from "./seed-archive.ts";

const POLICY = parsePolicy("p_low=0.5,entropy_max=2");
const SETTINGS = { replicates: 100 };

// 40x20 pixels under 2x2 cells of 20x10: the box is the whole of cell 0.
const BOXED = { label: 1, boxes: [[0, 0, 20, 10]], size: { width: 40, height: 20 } } as const;
const ON = [4, 0, 0, 1];
const OFF = [1, 0, 0, 4];

const VIEWS: SeededView[] = [
  { ...BOXED, patient: "x", probability: 0.9, entropy: 1, areas: [0.25], cam: ON },
  { ...BOXED, patient: "x", probability: 0.8, entropy: 1, areas: [0.25], cam: OFF },
  { ...BOXED, probability: 0.7, entropy: 3, areas: [0.25], cam: OFF },
  { ...BOXED, probability: 0.2, entropy: 1, areas: [0.25], cam: ON },
  // Not measured, each for its own reason.
  { ...BOXED, probability: 0.9, entropy: 1, areas: [0.25] },
  { ...BOXED, probability: 0.9, degenerate: true, cam: [1, 1, 1, 1] },
  { ...BOXED, boxes: [[40, 0, 50, 10]], probability: 0.9, entropy: 1, areas: [0.25], cam: ON },
  // Not boxed: no lesion, nobody looked.
  { label: 0, boxes: [], probability: 0.9, entropy: 1, areas: [0.25], cam: ON },
  { label: 1, probability: 0.9, entropy: 1, areas: [0.25], cam: ON },
];

const noFile = () => Promise.reject(new HairlineError("IMAGE_FILE_MISSING", "gone"));

test("measures the maps by outcome, and counts what could not be measured", async () => {
  await using database = await createTestDatabase();
  await seedArchive(database, VIEWS);
  const report = await localise({
    database,
    ...ARCHIVE,
    policy: POLICY,
    readSize: noFile,
    settings: SETTINGS,
  });
  expect(report).toMatchObject({
    boxed: 7,
    missed: 1,
    unmeasured: { no_cam: 1, no_size: 0, boxes_outside: 1, degenerate: 1 },
    unsized: [],
    groups: {
      all: { images: 4, pointing: { estimate: 0.5 }, energy: { estimate: 0.5 } },
      // Maps 1 and 2: heat 4/5 and 1/5 in the box. Above half of 4 only the hottest cell: overlap 1 and 0.
      positive: {
        images: 2,
        touching: { estimate: 0.5 },
        energy: { estimate: 0.5 },
        iou: [{ estimate: 0.5 }],
      },
      inconclusive: { images: 1, touching: { estimate: 0 }, energy: { estimate: 0.2 } },
      negative: {
        images: 1,
        touching: { estimate: 1 },
        chance: { pointing: 0.25, touching: 0.25, energy: 0.25 },
      },
    },
    passedLessDeferred: { touching: { estimate: 0.5 } },
    // Entropies 1 and 1 touch, 1 and 3 do not: (1/2 + 1 + 1/2 + 1) / 4.
    lowMeasureAuc: { entropy: { estimate: 0.75 }, area: { estimate: 0.5 } },
  });
  expect(report.verdict).toMatch(
    /touches a lesion in 50\.0 % of the maps it passes and 0\.0 % of those it defers/,
  );
  expect(JSON.stringify(report)).not.toContain("NaN");
});

test("reads sizes it does not have once, and keeps them", async () => {
  await using database = await createTestDatabase();
  await seedArchive(database, [
    { ...VIEWS[0]!, size: undefined },
    { ...VIEWS[1]!, size: undefined },
  ]);
  const asked: string[] = [];
  const readSize = (objectKey: string) => {
    asked.push(objectKey);
    return objectKey.endsWith("0.png") ? Promise.resolve({ width: 40, height: 20 }) : noFile();
  };
  const request = { database, ...ARCHIVE, policy: POLICY, readSize, settings: SETTINGS };
  const report = await localise(request);
  expect(report).toMatchObject({
    unmeasured: { no_size: 1 },
    unsized: [{ objectKey: "view-000001.png", code: "IMAGE_FILE_MISSING" }],
    groups: { all: { images: 1, pointing: { estimate: 1 } } },
  });
  await localise(request);
  expect(asked).toEqual(["view-000000.png", "view-000001.png", "view-000001.png"]);
});

test.each<[string, SeededView[], RegExp]>([
  ["without boxes", [VIEWS[8]!], /^Cannot tell: no scored image has lesion boxes/],
  ["without CAMs", [VIEWS[4]!], /^Cannot tell: no CAM could be measured \(no CAM stored: 1\)/],
  ["without positives", [VIEWS[2]!, VIEWS[3]!], /^Cannot tell: the policy passes no image/],
  ["without deferred", [VIEWS[0]!], /^Defers none: its hottest cell touches a lesion in 100\.0 %/],
])("has a reason for an archive %s", async (_, views, verdict) => {
  await using database = await createTestDatabase();
  await seedArchive(database, views);
  const report = await localise({
    database,
    ...ARCHIVE,
    policy: POLICY,
    readSize: noFile,
    settings: SETTINGS,
  });
  expect(report.verdict).toMatch(verdict);
  expect(JSON.stringify(report)).not.toContain("NaN");
});

test("tells a gate that passes maps on the lesion from one that defers them", async () => {
  await using database = await createTestDatabase();
  const many = (cam: readonly number[], entropy: number): SeededView[] =>
    Array.from({ length: 12 }, (__, at) => ({
      ...BOXED,
      probability: 0.9,
      entropy,
      cam: at === 0 ? [1, 4, 4, 4] : cam,
    }));
  await seedArchive(database, [...many(ON, 1), ...many(OFF, 3)]);
  const request = { database, ...ARCHIVE, policy: POLICY, readSize: noFile, settings: SETTINGS };
  expect((await localise(request)).verdict).toMatch(/^Yes: .* above chance \(25\.0 %\)\.$/);
  await database.pool.query("update prediction set entropy = 4 - entropy");
  expect((await localise(request)).verdict).toMatch(/^No, the reverse: /);
});

test("names the dataset, alpha and split that are wrong", async () => {
  await using database = await createTestDatabase();
  await seedArchive(database, VIEWS);
  const request = { database, ...ARCHIVE, policy: POLICY, readSize: noFile };
  await expect(localise({ ...request, alphas: [1] })).rejects.toMatchObject({
    code: "BAD_THRESHOLD",
    field: "alpha",
  });
  await expect(localise({ ...request, filter: { splits: ["x"] } })).rejects.toMatchObject({
    code: "NO_PREDICTIONS",
  });
});
