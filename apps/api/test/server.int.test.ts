import { randomUUID } from "node:crypto";
import { createTestDatabase } from "@hairline/core/testing";
import { describe, expect, it } from "vitest";
import { createServer } from "../src/server.ts";

async function openApi() {
  const database = await createTestDatabase();
  const server = createServer({ database, logLevel: "silent" });
  return {
    database,
    server,
    async [Symbol.asyncDispose]() {
      await server.close();
      await database.close();
    },
  };
}

async function seedRun(database: Awaited<ReturnType<typeof openApi>>["database"]): Promise<string> {
  const runId = randomUUID();
  await database.pool.query("insert into dataset (name, root, layout) values ('archive', '', 'folder')");
  await database.pool.query("insert into model (name, kind, alphas) values ('scorer', 'external', '{}')");
  await database.pool.query(
    `insert into run (id, dataset_id, model_id, shard_size, state, planned)
     select $1, dataset.id, model.id, 256, 'running', 7 from dataset, model`,
    [runId],
  );
  return runId;
}

describe("the API", () => {
  it("is healthy without a database and ready with one", async () => {
    await using api = await openApi();
    expect((await api.server.inject("/healthz")).json()).toEqual({ status: "ok" });
    expect((await api.server.inject("/readyz")).json()).toEqual({ status: "ready" });
    await api.database.close();
    expect((await api.server.inject("/healthz")).statusCode).toBe(200);
    expect((await api.server.inject("/readyz")).statusCode).toBe(500);
  });

  it("lists runs and follows one", async () => {
    await using api = await openApi();
    expect((await api.server.inject("/v1/runs")).json()).toEqual([]);
    const runId = await seedRun(api.database);
    expect((await api.server.inject("/v1/runs")).json()).toMatchObject([
      { runId, dataset: "archive", model: "scorer", state: "running", planned: 7 },
    ]);
    expect((await api.server.inject(`/v1/runs/${runId}`)).json()).toMatchObject({
      runId,
      planned: 7,
      scored: 0,
    });
  });

  it.each([
    [`/v1/runs/${randomUUID()}`, 404, "RUN_NOT_FOUND"],
    ["/v1/runs/1;drop table run", 400, "BAD_ARGUMENT"],
    ["/v1/runs/not-a-uuid", 400, "BAD_ARGUMENT"],
  ])("answers %s with problem details", async (url, status, code) => {
    await using api = await openApi();
    const response = await api.server.inject({ url: encodeURI(url) });
    expect(response.statusCode).toBe(status);
    expect(response.headers["content-type"]).toContain("application/problem+json");
    expect(response.json()).toMatchObject({ status, code });
  });

  it("answers an unknown route with problem details", async () => {
    await using api = await openApi();
    const response = await api.server.inject("/nowhere?patient=1");
    expect(response.json()).toMatchObject({ status: 404, detail: "There is no GET /nowhere." });
  });
});
