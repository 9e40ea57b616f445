import { readFileSync } from "node:fs";
import { allows, SCOPES, type Scope } from "@hairline/core/access";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openApiDocument } from "../src/openapi-document.ts";
import { openApi, type OpenedApi } from "./open-api.ts";

interface Operation {
  readonly operationId: string;
  readonly security: readonly { readonly bearer: readonly [Scope] }[];
}

const committed = readFileSync(new URL("../openapi.json", import.meta.url), "utf8");
const { paths } = JSON.parse(committed) as { paths: Record<string, Record<string, Operation>> };

const OPERATIONS = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    id: operation.operationId,
    method: method.toUpperCase() as "GET" | "POST" | "PUT",
    // Any value will do: access is decided before a parameter is read.
    url: path.replaceAll(/\{[^}]+\}/g, "1"),
    scope: operation.security[0]?.bearer[0],
  })),
);
const GUARDED = OPERATIONS.filter(({ scope }) => scope !== undefined);

describe("the committed OpenAPI document", () => {
  it("is that of the routes (npm run openapi writes it)", async () => {
    expect(JSON.parse(await openApiDocument())).toEqual(JSON.parse(committed));
  });

  it("leaves only probes and itself without a scope", () => {
    const open = OPERATIONS.filter(({ scope }) => scope === undefined).map(({ id }) => id);
    expect(open.sort()).toEqual(["getHealth", "getOpenApi", "getReadiness"]);
  });

  it("asks more than read for every change", () => {
    const changing = GUARDED.filter(({ method }) => method !== "GET");
    expect(changing.length).toBeGreaterThan(10);
    expect(changing.filter(({ scope }) => scope === "read")).toEqual([]);
  });
});

describe("access to every operation of the document", () => {
  let api: OpenedApi;
  beforeAll(async () => {
    api = await openApi();
  });
  afterAll(async () => {
    await api[Symbol.asyncDispose]();
  });

  it.each(GUARDED)("$id needs $scope", async ({ method, url, scope }) => {
    expect((await api.server.inject({ method, url })).statusCode).toBe(401);
    for (const granted of SCOPES) {
      const authorization = await api.bearer(granted);
      const { statusCode } = await api.server.inject({ method, url, headers: { authorization } });
      expect([granted, statusCode === 403]).toEqual([granted, !allows([granted], scope as Scope)]);
      expect(statusCode).not.toBe(401);
      expect(statusCode).toBeLessThan(500);
    }
  });
});
