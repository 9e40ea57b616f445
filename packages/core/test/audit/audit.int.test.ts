import { createApiKey, revokeApiKey } from "@hairline/core/access";
import { actAs, listAuditEntries, writeAudit } from "@hairline/core/audit";
import { activatePolicy, createPolicy, retirePolicy } from "@hairline/core/policies";
import { createTestDatabase } from "@hairline/core/testing";
import { parsePolicy } from "@hairline/core/triage";
import { describe, expect, it } from "vitest";

const THRESHOLDS = parsePolicy("p_low=0.2,entropy_max=1.5");

describe("the audit log", () => {
  it("names who acted, on which request, and the row before and after", async () => {
    await using database = await createTestDatabase();
    await using acting = await actAs(database, { actor: "key:nightly", requestId: "req-1" });
    await createApiKey(acting, { name: "reader", scopes: ["read"] });
    await revokeApiKey(acting, { name: "reader", by: "key:nightly" });
    const [revoked, created] = await listAuditEntries(database, { limit: 10 });
    expect(created).toMatchObject({
      actor: "key:nightly",
      action: "api_key.created",
      subject: "reader",
      requestId: "req-1",
      before: null,
      after: { name: "reader", scopes: ["read"] },
    });
    expect(revoked).toMatchObject({
      action: "api_key.revoked",
      before: { revoked_by: null },
      after: { revoked_by: "key:nightly" },
    });
  });

  it("never holds a key's secret or its hash", async () => {
    await using database = await createTestDatabase();
    const { key } = await createApiKey(database, { name: "reader", scopes: ["read"] });
    const text = JSON.stringify(await listAuditEntries(database, { limit: 10 }));
    expect(text).not.toContain(key.slice(-43));
    expect(text).not.toContain("secret");
  });

  it("falls back to the author that a row names, then to the database's role", async () => {
    await using database = await createTestDatabase();
    const policy = await createPolicy(database, {
      name: "p",
      level: "image",
      thresholds: THRESHOLDS,
      pLowScale: "raw",
      author: "ada",
    });
    await database.pool.query("insert into model (name, kind, alphas) values ('m', 'external', '{}')");
    const place = { modelId: 1, dataset: null, note: null };
    await activatePolicy(database, policy, { ...place, by: "bob" });
    await retirePolicy(database, policy, { ...place, by: "cyd" });
    const entries = await listAuditEntries(database, { limit: 10 });
    expect(entries.map(({ actor, action }) => [action, actor])).toEqual([
      ["policy_activation.retired", "author:cyd"],
      ["policy_activation.created", "author:bob"],
      ["model.created", expect.stringMatching(/^database:/) as string],
      ["policy.created", "author:ada"],
    ]);
  });

  it("is written with the change or not at all", async () => {
    await using database = await createTestDatabase();
    await using client = {
      connection: await database.pool.connect(),
      async [Symbol.asyncDispose]() {
        this.connection.release();
      },
    };
    await client.connection.query("begin");
    await client.connection.query("insert into model (name, kind, alphas) values ('m', 'external', '{}')");
    await client.connection.query("rollback");
    expect(await listAuditEntries(database, { limit: 10 })).toEqual([]);
  });

  it.each(["update audit_entry set actor = 'x'", "delete from audit_entry", "truncate audit_entry"])(
    "refuses to %s",
    async (sql) => {
      await using database = await createTestDatabase();
      await writeAudit(database, { action: "run.cancelled", subject: "1" });
      await expect(database.pool.query(sql)).rejects.toMatchObject({ code: "23001" });
      expect(await listAuditEntries(database, { limit: 10 })).toHaveLength(1);
    },
  );

  it("lists by what was asked, the latest first, page after page", async () => {
    await using database = await createTestDatabase();
    for (const subject of ["1", "2", "3"])
      await writeAudit(database, { action: "run.cancelled", subject, after: { state: "cancelled" } });
    const first = await listAuditEntries(database, { action: "run.cancelled", limit: 2 });
    expect(first.map(({ subject }) => subject)).toEqual(["3", "2"]);
    const rest = await listAuditEntries(database, { beforeId: first[1]?.id, limit: 2 });
    expect(rest.map(({ subject }) => subject)).toEqual(["1"]);
    expect(await listAuditEntries(database, { subject: "2", limit: 5 })).toHaveLength(1);
    expect(await listAuditEntries(database, { actor: "nobody", limit: 5 })).toEqual([]);
  });
});
