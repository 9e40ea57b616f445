import { expect, test } from "vitest";
import type { Database } from "../../src/db/index.ts";
import {
  certifyPolicy,
  choosePolicy,
  createPolicy,
  fitStoredCalibrator,
  listCertificates,
  listPolicies,
  revokeCertificate,
  type ChooseRequest,
  type Level,
} from "../../src/policies/index.ts";
import { createTestDatabase } from "../../src/testing/index.ts";
import { seedStudies, times, type StudyImage } from "./seed-studies.ts";

const GRID = { pLow: [0.2, 0.4, 0.6], entropyMax: [1.5, null], areaMax: [null], alpha: [0.5] };
const CLAIMS = [
  { metric: "npv", target: 0.9 },
  { metric: "ppv", target: 0.6 },
] as const;

/**
 * A split of 200 images. Under p_low 0.2: 60 called negative, all rightly. Under 0.4: 100, all rightly. Under 0.6: 140,
 * 30 of them fractures. Of the 60 at 0.9, 50 are fractures; 40 of the fractures have a localised CAM.
 */
function split(name: string, patientOf?: (at: number) => string): StudyImage[] {
  const images: StudyImage[] = [
    ...times(60, { label: 0, probability: 0.1 }),
    ...times(40, { label: 0, probability: 0.3 }),
    ...times(10, { label: 0, probability: 0.5 }),
    ...times(30, { label: 1, probability: 0.5, entropy: 2 }),
    ...times(10, { label: 1, probability: 0.9, entropy: 2 }),
    ...times(40, { label: 1, probability: 0.9 }),
    ...times(10, { label: 0, probability: 0.9 }),
  ];
  return images.map((image, at) => ({
    ...image,
    split: name,
    bodyPart: at % 2 === 0 ? "hand" : "wrist",
    ...(patientOf === undefined ? { patient: `${name}-${at}` } : { patient: patientOf(at) }),
  }));
}

function choose(database: Database, options: Partial<ChooseRequest> = {}) {
  return choosePolicy({
    database,
    dataset: "archive",
    name: "chosen",
    tune: { splits: ["a"] },
    certify: { splits: ["b"] },
    grid: GRID,
    claims: CLAIMS,
    objective: "coverage",
    ...options,
  });
}

test("chooses the most covering policy that is certified on other patients", async () => {
  await using database = await createTestDatabase();
  await seedStudies(database, [...split("a"), ...split("b")]);
  const chosen = await choose(database);
  // p_low 0.4 without a gate: 100 negative, all right; 80 + 20 positive: 80 of 100 right. Covers all.
  expect(chosen.policy).toMatchObject({
    name: "chosen",
    version: 1,
    thresholds: { pLow: 0.4, entropyMax: null, areaMax: null },
    tuning: { dataset: "archive", splits: ["a"], objective: "coverage", claims: CLAIMS, configs: 6 },
  });
  const outcomes = { tp: 80, fp: 20, tn: 100, fn: 0, inconclusive: 0, positives: 80 };
  expect(chosen.tuning.outcomes).toEqual(outcomes);
  expect(chosen.certification.outcomes).toEqual(outcomes);
  const [certificate] = chosen.certificates;
  expect(certificate).toMatchObject({
    policy: "chosen",
    version: 1,
    model: "scorer",
    dataset: "archive",
    splits: ["b"],
    bodyPart: null,
    result: "certified",
    confidence: 0.95,
    method: "fixed-sequence",
    sampling: "one-per-patient",
    units: 200,
    positives: 80,
    patients: 200,
    patientsUnknown: false,
    earlierTests: 0,
    needed: [],
    claims: [
      { metric: "npv", target: 0.9, successes: 100, trials: 100 },
      { metric: "ppv", target: 0.6, successes: 80, trials: 100 },
    ],
  });
  // No error in 100 at 0.1, and the bound that solves b^100 = 0.05.
  expect(certificate?.claims[0]?.pValue).toBeCloseTo(0.9 ** 100, 14);
  expect(certificate?.claims[0]?.bound).toBeCloseTo((1 - 0.95) ** (1 / 100), 12);
  expect(await listCertificates(database, { policy: "chosen", dataset: "archive" })).toEqual(
    chosen.certificates,
  );
});

test("stores a refusal that says how many labels it would take", async () => {
  await using database = await createTestDatabase();
  // Of each kind every tenth: 10 called negative at most, and 0.9^10 > 0.05.
  await seedStudies(database, [...split("a"), ...split("b").filter((_, at) => at % 10 === 0)]);
  const { certificates, policy } = await choose(database);
  expect(certificates[0]).toMatchObject({ result: "refused", units: 20, positives: 8 });
  const npv = certificates[0]?.claims[0];
  // All right so far: 29 are needed for 0.9^29 <= 0.05.
  expect(certificates[0]?.needed[0]).toEqual({
    metric: "npv",
    of: "called negative",
    more: 29 - (npv?.trials ?? 0),
    moreLabelled: Math.ceil(((29 - (npv?.trials ?? 0)) * 20) / (npv?.trials ?? 1)),
  });
  expect(await listPolicies(database)).toEqual([policy]);
});

test.each([
  ["named patients", "a", (at: number) => `patient-${at}`, /patient/],
  ["one named patient", "a", (at: number) => (at === 0 ? "b-0" : `x-${at}`), /: 1 patient\.$/],
])("refuses to certify on %s of the tuning split", async (_, name, patientOf, message) => {
  await using database = await createTestDatabase();
  const other = patientOf(1) === "x-1" ? split("b") : split("b", patientOf);
  await seedStudies(database, [...split(name, patientOf), ...other]);
  await expect(choose(database)).rejects.toMatchObject({
    code: "SPLITS_OVERLAP",
    message: expect.stringMatching(message),
  });
  expect(await listPolicies(database)).toEqual([]);
});

test("without named patients, takes the same study and the same file as the same patient", async () => {
  await using database = await createTestDatabase();
  const [first, second] = [
    { label: 1, probability: 0.5, split: "a", study: "s1" },
    { label: 1, probability: 0.5, split: "b", study: "s1" },
  ] as const;
  await seedStudies(database, [first, second], { dataset: "by-study" });
  const files = [first, second].map((image, at) => ({ ...image, study: `s${at}`, content: "same" }));
  await seedStudies(database, files, { dataset: "by-file" });
  await expect(choose(database, { dataset: "by-study" })).rejects.toThrow(/: 1 study of an unnamed patient/);
  await expect(choose(database, { dataset: "by-file" })).rejects.toThrow(/: 1 file of an unnamed patient/);
});

test("refuses the split a calibrator was fit on, and another model's calibrator", async () => {
  await using database = await createTestDatabase();
  await seedStudies(database, [...split("a"), ...split("b")]);
  const request = { database, dataset: "archive", method: "isotonic", name: "iso" } as const;
  const onB = await fitStoredCalibrator({ ...request, filter: { splits: ["b"] } });
  const onA = await fitStoredCalibrator({ ...request, filter: { splits: ["a"] } });
  await expect(choose(database, { calibrator: onB, pLowScale: "calibrated" })).rejects.toMatchObject({
    code: "SPLITS_OVERLAP",
  });
  // Levels 0, 3/4 and 5/6: a calibrated 0.4 or 0.6 is the same cut between 0.3 and 0.5.
  const chosen = await choose(database, { calibrator: onA, pLowScale: "calibrated" });
  expect(chosen.policy).toMatchObject({ calibrator: "iso@2", pLowScale: "calibrated" });
  expect(chosen.certificates[0]).toMatchObject({ result: "certified" });
  expect(chosen.certification.outcomes).toMatchObject({ tn: 100, fn: 0 });
});

test("names the best of each claim when no config meets all", async () => {
  await using database = await createTestDatabase();
  await seedStudies(database, [...split("a"), ...split("b")]);
  await expect(choose(database, { claims: [{ metric: "ppv", target: 0.97 }] })).rejects.toMatchObject({
    code: "POLICY_INFEASIBLE",
    message: expect.stringMatching(/archive, split a\. Each by itself: ppv reaches 0\.833 of 0\.97\.$/),
  });
  const unlabelled = split("c").map((image) => ({ ...image, label: null }));
  await seedStudies(database, [...unlabelled, ...split("b")], { dataset: "unlabelled" });
  const request = { dataset: "unlabelled", tune: { splits: ["c"] } };
  await expect(choose(database, request)).rejects.toThrow(/npv is undefined/);
  await expect(choose(database, { ...request, tune: { splits: ["none"] } })).rejects.toMatchObject({
    code: "NO_PREDICTIONS",
  });
});

test.each([
  ["no label", split("b").map((image) => ({ ...image, label: null }))],
  ["no image", []],
  ["one class", split("b").map((image) => ({ ...image, label: 1 as const }))],
])("refuses to certify on %s without failing", async (_, images) => {
  await using database = await createTestDatabase();
  await seedStudies(database, [...split("a"), ...images]);
  const { certificates } = await choose(database);
  expect(certificates[0]?.result).toBe("refused");
  expect(certificates[0]?.needed.map(({ metric }) => metric)).toContain("npv");
});

test("certifies per body part within the same confidence, beside the pooled fallback", async () => {
  await using database = await createTestDatabase();
  const few = split("b").map((image, at) => ({ ...image, bodyPart: at % 20 === 0 ? "elbow" : "hand" }));
  await seedStudies(database, [...split("a"), ...few]);
  const { certificates } = await choose(database, { perBodyPart: true });
  expect(certificates.map(({ bodyPart, result, delta, units }) => [bodyPart, result, delta, units])).toEqual([
    [null, "certified", expect.closeTo(0.025, 12), 200],
    ["elbow", "refused", expect.closeTo(0.0125, 12), 10],
    ["hand", "certified", expect.closeTo(0.0125, 12), 190],
  ]);
  expect(certificates[1]?.needed).not.toEqual([]);
});

/** Patients of two images each, read alike; and of one study each at level study. */
function doubled(): StudyImage[] {
  return split("b").map((image, at) => ({
    ...image,
    patient: `p${Math.floor(at / 2)}`,
    study: `s${Math.floor(at / 2)}`,
  }));
}

test.each<[Level, "one-per-patient" | "all", number]>([
  ["image", "one-per-patient", 100],
  ["image", "all", 200],
  ["study", "one-per-patient", 100],
  ["study", "all", 100],
])("certifies at level %s, %s, on %i units", async (level, sampling, units) => {
  await using database = await createTestDatabase();
  await seedStudies(database, doubled());
  const thresholds = { pLow: 0.4, entropyMax: null, areaMax: null, alpha: 0.5 };
  const policy = await createPolicy(database, { name: "given", level, thresholds, pLowScale: "raw" });
  const [certificate] = await certifyPolicy({
    database,
    dataset: "archive",
    policy,
    claims: [{ metric: "npv", target: 0.9 }],
    sampling,
  });
  const share = units / 200;
  expect(certificate).toMatchObject({
    sampling,
    units,
    positives: 80 * share,
    patients: 100,
    claims: [{ successes: 100 * share, trials: 100 * share }],
  });
});

test("reads a study as positive when any image is, else inconclusive when any is", async () => {
  await using database = await createTestDatabase();
  const image = (study: string, label: 0 | 1, probability: number, entropy: number): StudyImage => ({
    study,
    label,
    probability,
    entropy,
  });
  await seedStudies(database, [
    image("positive", 1, 0.1, 1),
    image("positive", 0, 0.9, 9),
    image("positive", 0, 0.9, 1),
    image("inconclusive", 1, 0.1, 1),
    image("inconclusive", 0, 0.9, 9),
    image("negative", 0, 0.1, 1),
    image("negative", 1, 0.1, 9),
  ]);
  const thresholds = { pLow: 0.5, entropyMax: 2, areaMax: null, alpha: 0.5 };
  const policy = await createPolicy(database, {
    name: "given",
    level: "study",
    thresholds,
    pLowScale: "raw",
  });
  const claims = [
    { metric: "sensitivity", target: 0.5 },
    { metric: "decided_sensitivity", target: 0.5 },
    { metric: "coverage", target: 0.5 },
  ] as const;
  const [certificate] = await certifyPolicy({ database, dataset: "archive", policy, claims });
  // All three studies have a fracture: one found, one open, one missed.
  expect(certificate?.claims).toMatchObject([
    { successes: 2, trials: 3 },
    { successes: 1, trials: 2 },
    { successes: 2, trials: 3 },
  ]);
});

test("chooses at level study", async () => {
  await using database = await createTestDatabase();
  const studies = ["a", "b"].flatMap((name) =>
    split(name).map((image, at) => ({
      ...image,
      study: `${name}${Math.floor(at / 2)}`,
      patient: `${name}${Math.floor(at / 2)}`,
    })),
  );
  await seedStudies(database, studies);
  const { policy, tuning, certificates } = await choose(database, { level: "study" });
  expect(policy).toMatchObject({ level: "study", thresholds: { pLow: 0.4, entropyMax: null } });
  expect(tuning.outcomes).toEqual({ tp: 40, fp: 10, tn: 50, fn: 0, inconclusive: 0, positives: 40 });
  expect(certificates[0]).toMatchObject({ result: "certified", units: 100 });
});

test("certifies a chosen policy again elsewhere, counts the tries, and refuses its tuning split", async () => {
  await using database = await createTestDatabase();
  await seedStudies(database, [...split("a"), ...split("b"), ...split("c")]);
  const { policy } = await choose(database);
  const certify = (name: string) =>
    certifyPolicy({ database, dataset: "archive", policy, filter: { splits: [name] } });
  expect(await certify("c")).toMatchObject([{ result: "certified", earlierTests: 0, candidates: 1 }]);
  expect(await certify("c")).toMatchObject([{ result: "certified", earlierTests: 1 }]);
  expect(await certify("b")).toMatchObject([{ earlierTests: 1 }]);
  await expect(certify("a")).rejects.toMatchObject({ code: "SPLITS_OVERLAP" });
  const [latest] = await listCertificates(database);
  const revoked = await revokeCertificate(database, latest?.id ?? 0, {
    by: "ann",
    note: "labels were wrong",
  });
  expect(revoked).toMatchObject({ revokedBy: "ann", revokedNote: "labels were wrong" });
  await expect(revokeCertificate(database, revoked.id, { by: null, note: null })).rejects.toMatchObject({
    code: "BAD_ARGUMENT",
  });
});

test.each([
  [{ claims: [] }, { code: "BAD_ARGUMENT" }],
  [{ claims: [{ metric: "npv", target: 1 }] }, { code: "BAD_ARGUMENT", field: "npv" }],
  [{ confidence: 1 }, { code: "BAD_ARGUMENT", field: "confidence" }],
  [{ name: "a@b" }, { code: "BAD_ARGUMENT", field: "name" }],
] as const)("refuses to choose with %j", async (options, error) => {
  await using database = await createTestDatabase();
  await seedStudies(database, [...split("a"), ...split("b")]);
  await expect(choose(database, options)).rejects.toMatchObject(error);
});
