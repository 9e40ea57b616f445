import { expect, test } from "vitest";
import type { Database } from "../../src/db/index.ts";
import { checkDrift, listDriftChecks, type DriftCheck } from "../../src/drift-checks/index.ts";
import {
  activatePolicy,
  certifyPolicy,
  createPolicy,
  listCertificates,
  policyHistory,
  type StoredPolicy,
} from "../../src/policies/index.ts";
import { createTestDatabase } from "../../src/testing/index.ts";
import { parsePolicy } from "../../src/triage/index.ts";
import { ARCHIVE, seedArchive, type SeededView } from "../analysis/seed-archive.ts";

/** 120 images a split; in `later`, every second hand is a hip and half of the probabilities are higher by 0.4. */
function views(split: string): SeededView[] {
  return Array.from({ length: 120 }, (_, at) => ({
    patient: `${split}-${at}`,
    label: at % 2 === 0 ? (0 as const) : (1 as const),
    split,
    bodyPart: split === "later" && at % 2 === 1 ? "hip" : "hand",
    probability: (at % 2 === 0 ? 0.05 : 0.55) + (at % 11) / 100 + (split === "later" && at % 4 > 1 ? 0.3 : 0),
    entropy: 1 + (at % 7) / 10 + (split === "later" ? 1 : 0),
    areas: [0.1 + (at % 5) / 50],
  }));
}

async function embed(database: Database, shift: number): Promise<void> {
  const { rows } = await database.pool.query<{ id: number; split: string; model_id: number }>(
    "select id, split, model_id from image join prediction on image_id = id order by id",
  );
  for (const [at, { id, split, model_id }] of rows.entries()) {
    const moved = split === "later" ? shift : 0;
    const bytes = Buffer.from(Float32Array.of(Math.sin(at) + moved, Math.cos(3 * at), moved).buffer);
    await database.pool.query("insert into prediction_embedding values ($1, $2, $3)", [model_id, id, bytes]);
  }
}

/** Images of `later` are brighter by 0.3. */
async function storeQualities(database: Database): Promise<void> {
  await database.pool.query(
    `insert into prediction_quality (model_id, image_id, brightness, contrast, border, sharpness)
     select model_id, image_id, 0.2 + 0.3 * (split = 'later')::int + (image_id % 7) / 70.0, 0.1 + (image_id % 5) / 50.0,
            0.3 + (image_id % 3) / 30.0, 0.02
     from prediction join image on image.id = image_id`,
  );
}

const windows = (reference: string, current: string) => ({
  reference: { dataset: ARCHIVE.dataset, filter: { splits: [reference] } },
  current: { dataset: ARCHIVE.dataset, filter: { splits: [current] } },
});

async function certified(database: Database): Promise<StoredPolicy> {
  const policy = await createPolicy(database, {
    name: "night",
    level: "image",
    thresholds: parsePolicy("p_low=0.4,entropy_max=1.8"),
    pLowScale: "raw",
  });
  await certifyPolicy({
    database,
    ...ARCHIVE,
    policy,
    filter: { splits: ["now"] },
    claims: [{ metric: "npv", target: 0.8 }],
  });
  const { rows } = await database.pool.query<{ id: number }>("select id from model");
  await activatePolicy(database, policy, { modelId: rows[0]?.id ?? 0, dataset: null, by: null, note: null });
  return policy;
}

const verdicts = ({ measures }: DriftCheck) =>
  Object.fromEntries(measures.map(({ name, verdict }) => [name, verdict]));

test("tells what changed between two windows, and ends the certificate when asked to", async () => {
  await using database = await createTestDatabase();
  await seedArchive(database, ["before", "now", "later"].flatMap(views));
  await embed(database, 2);
  await storeQualities(database);
  const policy = await certified(database);
  const check = await checkDrift({ database, ...windows("now", "later"), policy, author: "ann" });
  expect(verdicts(check)).toEqual({
    probability: "alarm",
    entropy: "alarm",
    area: "steady",
    brightness: "alarm",
    contrast: "steady",
    border: "steady",
    sharpness: "steady",
    byte_size: "untested",
    pixels: "untested",
    abstention: "alarm",
    positive: "alarm",
    degenerate: "steady",
    quarantine: "steady",
    body_part: "alarm",
    embedding: "alarm",
  });
  expect(check).toMatchObject({
    model: "scorer",
    policy: "night@1",
    alarm: true,
    shared: 0,
    expired: [],
    author: "ann",
    reference: { dataset: "archive", images: 120, filter: { splits: ["now"] } },
    rule: { alpha: 0.01, correction: "holm" },
  });
  // All hands before, half of them hips after; every hip at 0.55 or above has an entropy above 1.8, so it is inconclusive.
  const measure = (name: string) => check.measures.find((each) => each.name === name);
  expect(measure("body_part")).toMatchObject({ effect: 0.5, test: "chi-square" });
  expect(measure("positive")).toMatchObject({ to: 0 });
  expect((await policyHistory(database, "night"))[0]?.certified).toBe(true);

  const ended = await checkDrift({
    database,
    ...windows("now", "later"),
    policy,
    expire: true,
    author: "ann",
  });
  expect(ended.measures).toEqual(check.measures);
  const [certificate] = await listCertificates(database);
  expect(ended.expired).toEqual([certificate?.id]);
  expect(certificate?.expiredReason).toBe(
    `drift check ${ended.id}: probability, entropy, brightness, abstention, positive, body_part, embedding`,
  );
  expect((await policyHistory(database, "night"))[0]?.certified).toBe(false);
  const { rows } = await database.pool.query("select certified from active_policy");
  expect(rows).toEqual([{ certified: false }]);
  // Ended once: another alarm finds none that stands.
  const again = await checkDrift({ database, ...windows("now", "later"), policy, expire: true });
  expect(again.expired).toEqual([]);
  expect((await listDriftChecks(database, { alarm: true, limit: 2 })).map(({ id }) => id)).toEqual([
    again.id,
    ended.id,
  ]);
});

test("finds nothing between windows of the same kind, and ends nothing", async () => {
  await using database = await createTestDatabase();
  await seedArchive(database, ["before", "now"].flatMap(views));
  const policy = await certified(database);
  const check = await checkDrift({ database, ...windows("before", "now"), policy, expire: true });
  expect(new Set(Object.values(verdicts(check)))).toEqual(new Set(["steady", "untested"]));
  expect(verdicts(check)["embedding"]).toBe("untested");
  expect([check.alarm, check.expired]).toEqual([false, []]);
  expect((await listCertificates(database))[0]?.expiredAt).toBeNull();
});

test("counts quarantined images and those in both windows", async () => {
  await using database = await createTestDatabase();
  await seedArchive(database, ["before", "now"].flatMap(views));
  await database.pool.query(
    `insert into quarantine (model_id, image_id, code, message)
     select (select id from model), id, 'IMAGE_CORRUPT', 'cut short' from image where split = 'now' order by image.id limit 60`,
  );
  await database.pool.query("delete from prediction where image_id in (select image_id from quarantine)");
  const check = await checkDrift({
    database,
    reference: { dataset: ARCHIVE.dataset },
    current: { dataset: ARCHIVE.dataset, filter: { splits: ["now"] } },
  });
  // All of `now` is in the whole archive: 60 scored, 60 of 120 quarantined against 60 of 240.
  expect(check).toMatchObject({
    shared: 60,
    policy: null,
    reference: { images: 180 },
    current: { images: 60 },
  });
  expect(check.measures.find(({ name }) => name === "quarantine")).toMatchObject({
    from: 0.25,
    to: 0.5,
    effect: 0.25,
    verdict: "alarm",
  });
  expect(check.measures.map(({ name }) => name)).not.toContain("abstention");
});

test("keeps checks and expiries as they were, and logs them", async () => {
  await using database = await createTestDatabase();
  await seedArchive(database, ["now", "later"].flatMap(views));
  const policy = await certified(database);
  await checkDrift({ database, ...windows("now", "later"), policy, expire: true, author: "ann" });
  for (const statement of [
    "update drift_check set alarm = false",
    "delete from drift_check",
    "truncate drift_check cascade",
    "update certificate_expiry set reason = 'none'",
    "delete from certificate_expiry",
  ]) {
    await expect(database.pool.query(statement)).rejects.toMatchObject({ code: "23001" });
  }
  const { rows } = await database.pool.query(
    "select actor, action from audit_entry where action ~ 'drift|expiry' order by id",
  );
  expect(rows).toEqual([
    { actor: "author:ann", action: "drift_check.created" },
    { actor: "author:ann", action: "certificate_expiry.created" },
  ]);
  const { rows: shown } = await database.pool.query(
    "select measure, verdict from analyst.drift_measure where verdict = 'alarm' order by measure",
  );
  expect(shown.map(({ measure }: { measure: string }) => measure)).toEqual([
    "abstention",
    "body_part",
    "entropy",
    "positive",
    "probability",
  ]);
});

test.each([
  ["the same window twice", windows("now", "now"), "BAD_ARGUMENT"],
  ["a window without images", windows("now", "none"), "NO_PREDICTIONS"],
  [
    "an unknown dataset",
    { reference: { dataset: "nowhere" }, current: { dataset: ARCHIVE.dataset } },
    "DATASET_NOT_FOUND",
  ],
])("refuses %s", async (_, given, code) => {
  await using database = await createTestDatabase();
  await seedArchive(database, views("now").slice(0, 4));
  await expect(checkDrift({ database, ...given })).rejects.toMatchObject({ code });
});
