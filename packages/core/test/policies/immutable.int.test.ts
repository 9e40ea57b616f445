import { beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../src/db/index.ts";
import { createTestDatabase } from "../../src/testing/index.ts";

const FINGERPRINT = "0".repeat(64);

let database: Database;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.pool.query(`
    insert into model (name, kind, alphas) values ('m', 'external', '{}');
    insert into calibrator (name, version, model_id, params, dataset, images, positives, metrics, fingerprint)
    values ('c', 1, 1, '{"version": 1, "method": "platt", "slope": 1, "intercept": 0}', 'd', 2, 1, '{}', '${FINGERPRINT}');
    insert into policy (name, version, level, p_low, p_low_scale, p_cut, alpha) values ('p', 1, 'image', 0.2, 'raw', 0.2, 0.5);
    insert into policy_activation (policy_id, model_id) values (1, 1);
    insert into certificate (policy_id, model_id, dataset, result, claims, confidence, delta, method, candidates,
                             sampling, units, positives, patients, patients_unknown, earlier_tests, needed, fingerprint)
    values (1, 1, 'd', 'certified', '[]', 0.95, 0.05, 'holm', 1, 'all', 9, 3, 9, false, 0, '[]', '${FINGERPRINT}')`);
  return () => database.close();
});

describe.each(["calibrator", "policy", "policy_activation", "certificate"])("%s", (table) => {
  test.each([`delete from ${table}`, `truncate ${table} cascade`])("refuses %s", async (statement) => {
    await expect(database.pool.query(statement)).rejects.toMatchObject({ code: "23001" });
  });
});

test.each([
  "update calibrator set note = 'x'",
  "update calibrator set params = params || '{\"slope\": 2}'",
  "update policy set p_low = 0.3",
  "update policy set note = null",
  "update policy_activation set dataset = 'd'",
  "update policy_activation set retired_at = now() + interval '1 hour', activated_by = 'x'",
  "update policy_activation set retired_by = 'x'",
  "update certificate set result = 'refused'",
  "update certificate set revoked_at = now(), claims = '[1]'",
])("refuses %s", async (statement) => {
  await expect(database.pool.query(statement)).rejects.toMatchObject({ code: "23001" });
});

test.each([
  ["policy_activation", "retired"],
  ["certificate", "revoked"],
])("lets a row of %s end, once", async (table, ended) => {
  const end = `update ${table} set ${ended}_at = now(), ${ended}_by = 'ann', ${ended}_note = 'why'`;
  await database.pool.query(end);
  await expect(database.pool.query(end)).rejects.toMatchObject({ code: "23001" });
  await expect(database.pool.query(`update ${table} set ${ended}_at = null`)).rejects.toMatchObject({
    code: "23001",
  });
});

test("keeps a model that something was decided on, and lets an archive go", async () => {
  await expect(database.pool.query("delete from model")).rejects.toMatchObject({ code: "23503" });
  await database.pool.query("insert into dataset (name, root, layout) values ('d', '', 'external')");
  await expect(database.pool.query("delete from dataset")).resolves.toMatchObject({ rowCount: 1 });
});

test.each([
  ["another method", '{"version": 1, "method": "magic"}'],
  ["no method", "{}"],
])("refuses a calibrator of %s", async (_, params) => {
  const insert = `insert into calibrator (name, version, model_id, params, dataset, images, positives, metrics, fingerprint)
    values ('x', 1, 1, $1, 'd', 2, 1, '{}', '${FINGERPRINT}')`;
  await expect(database.pool.query(insert, [params])).rejects.toMatchObject({
    code: expect.stringMatching(/^23/),
  });
});
