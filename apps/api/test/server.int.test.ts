import { createApiKey, revokeApiKey } from "@hairline/core/access";
import { describe, expect, it } from "vitest";
import { createAuthentication } from "../src/auth/authenticate.ts";
import { openApi } from "./open-api.ts";

describe("the server", () => {
  it("is healthy without a database and ready with one", async () => {
    await using api = await openApi();
    expect((await api.server.inject("/healthz")).json()).toEqual({ status: "ok" });
    expect((await api.server.inject("/readyz")).json()).toEqual({ status: "ready" });
    await api.database.close();
    expect((await api.server.inject("/healthz")).statusCode).toBe(200);
    const unready = await api.server.inject("/readyz");
    expect(unready.json()).toMatchObject({ status: 503, code: "DATABASE_UNAVAILABLE" });
  });

  it("answers an unknown route with problem details and without its query", async () => {
    await using api = await openApi();
    const response = await api.server.inject("/nowhere?patient=1");
    expect(response.headers["content-type"]).toContain("application/problem+json");
    expect(response.json()).toMatchObject({
      type: "about:blank",
      title: "ROUTE_NOT_FOUND",
      status: 404,
      code: "ROUTE_NOT_FOUND",
      detail: "There is no GET /nowhere.",
    });
  });

  it("sends the headers that keep browsers from guessing, framing and sharing, and none for other origins", async () => {
    await using api = await openApi();
    const { headers } = await api.server.inject({
      url: "/healthz",
      headers: { origin: "https://other.example" },
    });
    expect(headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "x-frame-options": "SAMEORIGIN",
      "cross-origin-resource-policy": "same-origin",
      "content-security-policy": expect.stringContaining("default-src 'none'") as string,
    });
    expect(headers["access-control-allow-origin"]).toBeUndefined();
  });

  it("keeps a request id that is one, and gives a new one otherwise", async () => {
    await using api = await openApi();
    const idOf = async (given: string) =>
      (await api.server.inject({ url: "/healthz", headers: { "x-request-id": given } })).headers[
        "x-request-id"
      ];
    expect(await idOf("trace-7.a_b")).toBe("trace-7.a_b");
    expect(await idOf("two words")).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("answers 304 when nothing changed", async () => {
    await using api = await openApi();
    const first = await api.get("/v1/me");
    const headers = { authorization: await api.bearer("read"), "if-none-match": String(first.headers.etag) };
    const again = await api.server.inject({ url: "/v1/me", headers });
    expect([first.statusCode, again.statusCode, again.body]).toEqual([200, 304, ""]);
  });

  it("limits the requests of each key by itself", async () => {
    await using api = await openApi({ ratePerMinute: 2 });
    const statuses = [];
    for (let request = 0; request < 3; request += 1) statuses.push((await api.get("/v1/me")).statusCode);
    expect(statuses).toEqual([200, 200, 429]);
    const refused = await api.get("/v1/me");
    expect(refused.json()).toMatchObject({ code: "RATE_LIMITED", status: 429 });
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
    expect((await api.get("/v1/me", "admin")).statusCode).toBe(200);
    expect((await api.server.inject("/healthz")).statusCode).toBe(200);
  });
});

describe("credentials", () => {
  const UNAUTHENTICATED = "The request carries no valid credentials.";

  it("names who a valid key belongs to", async () => {
    await using api = await openApi();
    expect((await api.get("/v1/me", "score")).json()).toEqual({ actor: "key:score", scopes: ["score"] });
  });

  it("answers no key, a wrong, an expired and a revoked one in the same words", async () => {
    await using api = await openApi();
    const expired = await createApiKey(api.database, {
      name: "expired",
      scopes: ["read"],
      expiresAt: new Date(Date.now() + 86_400_000),
    });
    await api.database.pool.query("alter table api_key disable trigger api_key_guarded");
    await api.database.pool.query(
      "update api_key set created_at = now() - interval '2 days', expires_at = now() - interval '1 day' where name = 'expired'",
    );
    const revoked = await createApiKey(api.database, { name: "revoked", scopes: ["read"] });
    await revokeApiKey(api.database, { name: "revoked" });
    const sent = [
      {},
      { authorization: "Basic YTpi" },
      { authorization: "Bearer" },
      { authorization: `Bearer ${expired.key}` },
      { authorization: `Bearer ${revoked.key}` },
      { authorization: `Bearer ${revoked.key.slice(0, -1)}` },
      { authorization: "Bearer a.b.c" },
    ];
    for (const headers of sent) {
      const response = await api.server.inject({ url: "/v1/me", headers });
      expect(response.statusCode).toBe(401);
      expect(response.headers["www-authenticate"]).toContain("Bearer");
      expect(response.json()).toMatchObject({ code: "UNAUTHENTICATED", detail: UNAUTHENTICATED });
    }
  });

  it("needs none on an open API, which answers to loopback names only", async () => {
    await using api = await openApi({ open: true });
    const open = await openApi({ open: true, authenticate: createAuthentication({ ...api, open: true }) });
    await using _opened = open;
    const ask = (headers: Record<string, string>) => open.server.inject({ url: "/v1/me", headers });
    expect((await ask({ host: "127.0.0.1:8080" })).json()).toEqual({ actor: "local", scopes: ["admin"] });
    expect((await ask({ host: "[::1]:8080" })).statusCode).toBe(200);
    expect((await ask({ host: "evil.example" })).json()).toMatchObject({ code: "FORBIDDEN", field: "Host" });
    const foreign = await ask({ host: "localhost", origin: "https://evil.example" });
    expect(foreign.json()).toMatchObject({ code: "FORBIDDEN", field: "Origin" });
    expect((await ask({ host: "localhost", authorization: "Bearer nonsense" })).statusCode).toBe(401);
  });
});
