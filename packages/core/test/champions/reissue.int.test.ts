import { expect, test } from "vitest";
import { compareModels, promoteModel, reissueCertificate } from "../../src/champions/index.ts";
import type { Database } from "../../src/db/index.ts";
import {
  activatePolicy,
  certifyPolicy,
  choosePolicy,
  createPolicy,
  fitStoredCalibrator,
  listCertificates,
  listPolicies,
  revokeCertificate,
  type StoredPolicy,
} from "../../src/policies/index.ts";
import { createTestDatabase } from "../../src/testing/index.ts";
import { DATASET, seedChampion, seedScores } from "./seed-models.ts";

const CLAIMS = [{ metric: "sensitivity", target: 0.8 }] as const;
const GRID = { pLow: [0.1, 0.2, 0.3, 0.5], entropyMax: [null], areaMax: [null], alpha: [0.5] };
const same = (_: number, before: number): number => before;

/** A policy of the champion, chosen on one split and certified on another, in force. */
async function seedCertified(database: Database): Promise<StoredPolicy> {
  await seedChampion(database);
  const { policy } = await choosePolicy({
    database,
    dataset: DATASET,
    model: "champion",
    name: "chosen",
    tune: { splits: ["valid"] },
    certify: { splits: ["certify"] },
    grid: GRID,
    claims: CLAIMS,
    objective: "accuracy",
  });
  await activatePolicy(database, policy, { modelId: 1, dataset: DATASET, by: null, note: null });
  return policy;
}

const reissue = (database: Database, policy: StoredPolicy) =>
  reissueCertificate({
    database,
    dataset: DATASET,
    policy,
    champion: { modelId: 1 },
    challenger: "challenger",
  });

const compare = (database: Database, challengerPolicy?: StoredPolicy) =>
  compareModels({
    database,
    dataset: DATASET,
    filter: { splits: ["test"] },
    champion: "champion",
    challenger: "challenger",
    replicates: 200,
    ...(challengerPolicy === undefined
      ? {}
      : { challengerPolicy: { stored: challengerPolicy, policy: challengerPolicy.policy } }),
  });

test("promotes in the place of a certified champion only with a certificate", async () => {
  await using database = await createTestDatabase();
  const policy = await seedCertified(database);
  await seedScores(database, "challenger", (_, before) => before / 2);
  await promoteModel({ database, dataset: DATASET, model: "champion" });
  const own = await createPolicy(database, {
    name: "own",
    level: "image",
    thresholds: { ...policy.thresholds, pLow: policy.thresholds.pLow / 2 },
    pLowScale: "raw",
  });
  const without = await compare(database, own);
  expect(without.comparison.reasons.find(({ criterion }) => criterion === "certificate")).toMatchObject({
    passed: false,
  });
  const issued = await reissue(database, policy);
  expect(issued!.policy).toMatchObject({ name: "chosen-challenger", version: 1 });
  // Half the champion's scores, so half its threshold or less.
  expect(issued!.policy.thresholds.pLow).toBeLessThan(policy.thresholds.pLow);
  expect(issued!.certificates[0]).toMatchObject({ result: "certified", splits: ["certify"], claims: CLAIMS });
  const { comparison } = await compare(database, issued!.policy);
  expect(comparison.certificate).toEqual({ champion: true, challenger: true, problem: null });

  // Revoked after the comparison: it no longer holds.
  await revokeCertificate(database, issued!.certificates[0]!.id, { by: null, note: null });
  await expect(promoteModel({ database, dataset: DATASET, model: "challenger" })).rejects.toMatchObject({
    code: "PROMOTION_REFUSED",
  });
});

test("certifies thresholds a person gave anew, through the challenger's own calibrator", async () => {
  await using database = await createTestDatabase();
  await seedChampion(database);
  await seedScores(database, "challenger", same);
  const calibrator = await fitStoredCalibrator({
    database,
    dataset: DATASET,
    model: "champion",
    filter: { splits: ["valid"] },
    method: "platt",
    name: "platt",
  });
  const policy = await createPolicy(database, {
    name: "given",
    level: "image",
    thresholds: { pLow: 0.3, entropyMax: null, areaMax: null, alpha: 0.5 },
    pLowScale: "calibrated",
    calibrator,
  });
  const certificates = await certifyPolicy({
    database,
    dataset: DATASET,
    model: "champion",
    policy,
    filter: { splits: ["certify"] },
    claims: CLAIMS,
    perBodyPart: true,
  });
  expect(certificates[0]!.result).toBe("certified");
  const issued = await reissue(database, policy);
  expect(issued!.policy).toMatchObject({ name: "given-challenger", calibrator: "platt-challenger@1" });
  // Equal scores: equal calibrators, cuts and bounds; pooled, hand and wrist.
  expect(issued!.policy.policy).toEqual(policy.policy);
  expect(issued!.certificates.map(({ bodyPart, claims }) => [bodyPart, claims])).toEqual(
    certificates.map(({ bodyPart, claims }) => [bodyPart, claims]),
  );
});

test("refuses a challenger that cannot keep the claims, and asks for nothing where none were made", async () => {
  await using database = await createTestDatabase();
  const policy = await seedCertified(database);
  // Reads at chance below every threshold of the grid.
  await seedScores(database, "challenger", (at) => (at % 7) / 100);
  await expect(reissue(database, policy)).rejects.toMatchObject({
    code: "PROMOTION_REFUSED",
    cause: { code: "POLICY_INFEASIBLE" },
  });
  for (const { id } of await listCertificates(database)) {
    await revokeCertificate(database, id, { by: null, note: null });
  }
  expect(await reissue(database, policy)).toBeUndefined();
  expect((await listPolicies(database)).map(({ name }) => name)).toEqual(["chosen", "half"]);
});
