import { expect, test } from "vitest";
import { calibratorFunction } from "../../src/calibration/index.ts";
import type { Database } from "../../src/db/index.ts";
import {
  activatePolicy,
  createPolicy,
  findPolicy,
  findPolicyInForce,
  fitStoredCalibrator,
  listPolicies,
  policyHistory,
  retirePolicy,
  type StoredPolicy,
} from "../../src/policies/index.ts";
import { triageDataset, triageImages } from "../../src/readings/index.ts";
import { createTestDatabase } from "../../src/testing/index.ts";
import { parsePolicy } from "../../src/triage/index.ts";
import { seedStudies, type StudyImage } from "./seed-studies.ts";

const THRESHOLDS = parsePolicy("p_low=0.22,entropy_max=1.5,area_max=0.3,alpha=0.5");

function create(database: Database, name: string, pLow = 0.22): Promise<StoredPolicy> {
  const thresholds = { ...THRESHOLDS, pLow };
  return createPolicy(database, { name, level: "image", thresholds, pLowScale: "raw", author: "ann" });
}

/** p at every hundredth, labelled so that isotonic regression pools 0.00 to 0.49 into one level and the rest into one. */
function plateaus(): StudyImage[] {
  return Array.from({ length: 100 }, (_, at) => ({
    probability: at / 100,
    // Falling within each half, so that each is one block: 5 of 50 and 40 of 50.
    label: at < 5 || (at >= 50 && at < 90) ? 1 : 0,
  }));
}

test("stores policies as versions of a name, the thresholds as asked and as read", async () => {
  await using database = await createTestDatabase();
  const first = await create(database, "screening");
  const second = await create(database, "screening", 0.3);
  await create(database, "other");
  expect(first).toMatchObject({
    name: "screening",
    version: 1,
    level: "image",
    thresholds: THRESHOLDS,
    policy: THRESHOLDS,
    pLowScale: "raw",
    calibrator: null,
    tuning: null,
    author: "ann",
    note: null,
  });
  expect(await findPolicy(database, "screening")).toEqual(second);
  expect(await findPolicy(database, "screening@1")).toEqual(first);
  expect((await listPolicies(database)).map(({ name, version }) => `${name}@${version}`)).toEqual([
    "other@1",
    "screening@2",
    "screening@1",
  ]);
});

test.each([
  ["screening@3", "POLICY_NOT_FOUND"],
  ["none", "POLICY_NOT_FOUND"],
  ["screening@0", "BAD_ARGUMENT"],
  ["a b", "BAD_ARGUMENT"],
  ["", "BAD_ARGUMENT"],
])("does not find %j", async (text, code) => {
  await using database = await createTestDatabase();
  await create(database, "screening");
  await expect(findPolicy(database, text)).rejects.toMatchObject({ code, field: "policy" });
});

test("refuses a calibrated p_low without a calibrator", async () => {
  await using database = await createTestDatabase();
  const policy = { name: "a", level: "image", thresholds: THRESHOLDS, pLowScale: "calibrated" } as const;
  await expect(createPolicy(database, policy)).rejects.toMatchObject({
    code: "BAD_ARGUMENT",
    field: "calibrator",
  });
});

test.each([
  [0.05, 100],
  [0.1, 100],
  [0.11, 50],
  [0.8, 50],
])(
  "reads p_low %d on the calibrated scale as the calibrated probabilities do, ties together",
  async (pLow, passing) => {
    await using database = await createTestDatabase();
    await seedStudies(database, plateaus());
    const request = { database, dataset: "archive", method: "isotonic", name: "iso" } as const;
    const calibrator = await fitStoredCalibrator(request);
    const toCalibrated = calibratorFunction(calibrator.calibrator);
    const { policy } = await createPolicy(database, {
      name: "calibrated",
      level: "image",
      thresholds: { ...THRESHOLDS, pLow },
      pLowScale: "calibrated",
      calibrator,
    });
    for await (const image of triageImages({ database, dataset: "archive", policy })) {
      const calibrated = Math.fround(toCalibrated(Math.fround(image.probability)));
      expect(image.outcome).toBe(calibrated < Math.fround(pLow) ? "negative" : "positive");
    }
    const { overall } = await triageDataset({ database, dataset: "archive", policy });
    // Levels 5/50 and 40/50: what passes is one plateau or both, and the line between them from 0.49 to 0.50.
    expect(overall.outcomes.positive).toBe(passing);
  },
);

test("makes every image negative when the calibrator reaches p_low nowhere", async () => {
  await using database = await createTestDatabase();
  await seedStudies(database, plateaus());
  const calibrator = await fitStoredCalibrator({
    database,
    dataset: "archive",
    method: "isotonic",
    name: "iso",
  });
  const stored = await createPolicy(database, {
    name: "unreachable",
    level: "image",
    thresholds: { ...THRESHOLDS, pLow: 0.81 },
    pLowScale: "calibrated",
    calibrator,
  });
  expect(stored).toMatchObject({
    calibrator: "iso@1",
    thresholds: { pLow: 0.81 },
    policy: { pLow: Infinity },
  });
  const report = await triageDataset({ database, dataset: "archive", policy: stored.policy });
  expect(report.overall.outcomes).toEqual({ negative: 100, positive: 0, inconclusive: 0 });
});

test("keeps one policy in force for a model and dataset, and the history of all", async () => {
  await using database = await createTestDatabase();
  await seedStudies(database, plateaus());
  const [first, second] = [await create(database, "screening"), await create(database, "screening", 0.3)];
  const place = { modelId: 1, dataset: "archive" };
  await activatePolicy(database, first, { ...place, by: "ann", note: "go" });
  await activatePolicy(database, first, { ...place, by: "bob", note: "again" });
  await activatePolicy(database, second, { ...place, by: "bob", note: null });
  await activatePolicy(database, first, { ...place, dataset: null, by: "ann", note: null });
  expect(await policyHistory(database)).toMatchObject([
    { policy: "screening", version: 1, dataset: null, retiredAt: null },
    {
      version: 2,
      model: "scorer",
      dataset: "archive",
      activatedBy: "bob",
      retiredAt: null,
      certified: false,
    },
    { version: 1, activatedBy: "ann", note: "go", retiredBy: "bob", retiredNote: "replaced by screening@2" },
  ]);
  const { rows } = await database.pool.query(
    "select policy, version, dataset from active_policy order by dataset",
  );
  expect(rows).toEqual([
    { policy: "screening", version: 2, dataset: "archive" },
    { policy: "screening", version: 1, dataset: null },
  ]);
  expect(await findPolicyInForce(database, place)).toEqual(second);
  await retirePolicy(database, second, { ...place, by: "ann", note: "done" });
  // Without one of its own the dataset has the model's default.
  expect(await findPolicyInForce(database, place)).toEqual(first);
  await expect(findPolicyInForce(database, { ...place, modelId: 2 })).rejects.toMatchObject({
    code: "POLICY_NOT_FOUND",
  });
  await expect(retirePolicy(database, second, { ...place, by: "ann", note: null })).rejects.toMatchObject({
    code: "POLICY_NOT_FOUND",
  });
  expect((await policyHistory(database, "screening"))[1]).toMatchObject({
    retiredBy: "ann",
    retiredNote: "done",
  });
  expect(await policyHistory(database, "none")).toEqual([]);
});

test("has one policy in force after several were activated at once", async () => {
  await using database = await createTestDatabase();
  await seedStudies(database, plateaus());
  const policies = await Promise.all([1, 2, 3, 4].map((at) => create(database, `p${at}`)));
  await Promise.all(
    policies.map((policy) =>
      activatePolicy(database, policy, { modelId: 1, dataset: "archive", by: null, note: null }),
    ),
  );
  const history = await policyHistory(database);
  expect(history).toHaveLength(4);
  expect(history.filter(({ retiredAt }) => retiredAt === null)).toHaveLength(1);
});
