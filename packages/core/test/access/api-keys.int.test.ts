import {
  apiKeyState,
  createApiKey,
  findApiKey,
  listApiKeys,
  revokeApiKey,
  touchApiKey,
} from "@hairline/core/access";
import { createTestDatabase } from "@hairline/core/testing";
import { describe, expect, it } from "vitest";

const INACTIVE = { revokedAt: null, expiresAt: null };

describe("API keys", () => {
  it("finds a key by its text and stores only a hash of its secret", async () => {
    await using database = await createTestDatabase();
    const { key, ...created } = await createApiKey(database, { name: "reader", scopes: ["read"], by: "ada" });
    expect(key).toMatch(/^hlk_[a-z2-7]{10}_[\w-]{43}$/);
    expect(await findApiKey(database, key)).toEqual(created);
    const { rows } = await database.pool.query<{ row: string }>("select api_key::text as row from api_key");
    expect(rows[0]?.row).not.toContain(key.slice(-43));
  });

  it("finds nothing by a wrong secret, an unknown prefix or another text", async () => {
    await using database = await createTestDatabase();
    const { key } = await createApiKey(database, { name: "reader", scopes: ["read"] });
    const flipped = key.slice(0, -1) + (key.endsWith("A") ? "B" : "A");
    for (const text of [flipped, key.replace(/_[a-z2-7]{10}_/, "_aaaaaaaaaa_"), "", "hlk_", `${key} `])
      expect(await findApiKey(database, text)).toBeUndefined();
  });

  it.each([
    ["a name that is taken", { name: "taken", scopes: ["read"] }, "name"],
    ["a name with a space", { name: "two words", scopes: ["read"] }, "name"],
    ["no scope", { name: "none", scopes: [] }, "scope"],
    ["an end in the past", { name: "late", scopes: ["read"], expiresAt: new Date(0) }, "expires"],
  ] as const)("refuses %s", async (_, given, field) => {
    await using database = await createTestDatabase();
    await createApiKey(database, { name: "taken", scopes: ["read"] });
    await expect(createApiKey(database, given)).rejects.toMatchObject({ code: "BAD_ARGUMENT", field });
  });

  it("revokes a key once and for good", async () => {
    await using database = await createTestDatabase();
    const { key } = await createApiKey(database, { name: "old", scopes: ["admin"] });
    const revoked = await revokeApiKey(database, { name: "old", by: "ada" });
    expect(apiKeyState(revoked)).toBe("revoked");
    expect((await revokeApiKey(database, { name: "old", by: "bob" })).revokedBy).toBe("ada");
    expect((await findApiKey(database, key))?.revokedAt).toEqual(revoked.revokedAt);
    await expect(database.pool.query("update api_key set revoked_at = null")).rejects.toMatchObject({
      code: "23001",
    });
    await expect(revokeApiKey(database, { name: "unknown" })).rejects.toMatchObject({
      code: "API_KEY_NOT_FOUND",
    });
  });

  it("notes the use of a key", async () => {
    await using database = await createTestDatabase();
    const created = await createApiKey(database, { name: "used", scopes: ["read"] });
    await touchApiKey(database, created);
    const [used] = await listApiKeys(database);
    expect(used?.lastUsedAt).toBeInstanceOf(Date);
  });

  it("expires at the instant given", () => {
    const expiresAt = new Date("2026-01-01T00:00:00Z");
    const key = { ...INACTIVE, expiresAt } as Parameters<typeof apiKeyState>[0];
    expect(apiKeyState(key, new Date("2025-12-31T23:59:59Z"))).toBe("active");
    expect(apiKeyState(key, expiresAt)).toBe("expired");
  });
});
