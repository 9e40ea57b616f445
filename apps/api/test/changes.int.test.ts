import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runImport } from "@hairline/core/jobs";
import { temporaryFolder } from "@hairline/core/testing";
import { describe, expect, it } from "vitest";
import { createArchiveRoots } from "../src/archives/archive-roots.ts";
import { importHandler } from "../src/archives/run-imports.ts";
import { openApi } from "./open-api.ts";
import { greyPng, RUN_ID, seed } from "./seed.ts";

const THRESHOLDS = { pLow: 0.2, entropyMax: null, areaMax: null, alpha: 0.5 };
const NOT_ABORTED = new AbortController().signal;

describe("an Idempotency-Key", () => {
  const headers = { "idempotency-key": "one" };

  it("gives the first answer again and changes nothing more", async () => {
    await using api = await openApi();
    const first = await api.post("/v1/policies", { name: "p", thresholds: THRESHOLDS }, { headers });
    const again = await api.post("/v1/policies", { name: "p", thresholds: THRESHOLDS }, { headers });
    expect([first.statusCode, again.statusCode]).toEqual([201, 201]);
    expect(again.body).toBe(first.body);
    expect(again.headers).toMatchObject({
      "idempotency-replayed": "true",
      location: "/v1/policies/p@1",
    });
    expect((await api.get("/v1/policies")).json().items).toHaveLength(1);
  });

  it("is for one request, and for each caller by itself", async () => {
    await using api = await openApi();
    await seed(api.database);
    await api.post("/v1/policies", { name: "p", thresholds: THRESHOLDS }, { headers });
    const other = await api.post("/v1/policies", { name: "q", thresholds: THRESHOLDS }, { headers });
    expect([other.statusCode, other.json().code]).toEqual([422, "IDEMPOTENCY_KEY_REUSED"]);
    const verdict = await api.post("/v1/studies/1/verdicts", { verdict: 1 }, { headers, scope: "review" });
    expect(verdict.statusCode).toBe(201);
  });

  it("refuses a second request while the first is under way, and takes over from one that died", async () => {
    await using api = await openApi();
    const ask = () => api.post("/v1/policies", { name: "p", thresholds: THRESHOLDS }, { headers });
    await ask();
    await api.database.pool.query("update idempotency_key set status = null");
    expect((await ask()).json()).toMatchObject({ status: 409, code: "IDEMPOTENCY_IN_PROGRESS" });
    await api.database.pool.query("update idempotency_key set locked_at = now() - interval '2 minutes'");
    expect((await ask()).json()).toMatchObject({ version: 2 });
  });

  it("is free again after a failure, and after a day", async () => {
    await using api = await openApi();
    const bad = await api.post("/v1/studies/9/verdicts", { verdict: 1 }, { headers });
    expect(bad.statusCode).toBe(404);
    const created = await api.post("/v1/policies", { name: "p", thresholds: THRESHOLDS }, { headers });
    expect(created.statusCode).toBe(201);
    await api.database.pool.query("update idempotency_key set expires_at = now() - interval '1 second'");
    const later = await api.post("/v1/policies", { name: "q", thresholds: THRESHOLDS }, { headers });
    expect(later.statusCode).toBe(201);
  });

  it.each(["", "x".repeat(201), "two words"])("is refused when it is no key: %j", async (key) => {
    await using api = await openApi();
    const sent = { headers: { "idempotency-key": key } };
    const refused = await api.post("/v1/policies", { name: "p", thresholds: THRESHOLDS }, sent);
    expect(refused.json()).toMatchObject({ code: "BAD_ARGUMENT", field: "Idempotency-Key" });
  });
});

describe("changes", () => {
  it("are put on record with who made them, on which request, and the state before and after", async () => {
    await using api = await openApi();
    await seed(api.database);
    const headers = { "x-request-id": "trace-1" };
    await api.post("/v1/policies", { name: "p", thresholds: THRESHOLDS }, { headers });
    await api.post("/v1/policies/p/activate", { model: "scorer", dataset: "archive" }, { headers });
    await api.post("/v1/policies/p/retire", { model: "scorer", dataset: "archive" }, { headers });
    const seen = { model: "scorer", policy: "p@1", outcome: "positive" };
    const verdict = await api.post(
      "/v1/studies/1/verdicts",
      { verdict: 1, seen },
      { headers, scope: "review" },
    );
    expect(verdict.json()).toMatchObject({ reviewer: "key:review", policy: "p@1", outcomeSeen: "positive" });
    await api.post(`/v1/runs/${RUN_ID}/pause`, undefined, { headers, scope: "score" });
    await api.post(`/v1/runs/${RUN_ID}/pause`, undefined, { headers, scope: "score" });
    await api.post(`/v1/runs/${RUN_ID}/cancel`, undefined, { headers, scope: "score" });
    await api.post("/v1/keys/review/revoke", undefined, { headers });
    const { items } = (await api.get("/v1/audit", "admin")).json();
    const entries = items as { action: string; actor: string; requestId: string }[];
    const made = entries
      .filter(({ requestId }) => requestId === "trace-1")
      .map(({ action, actor }) => [action, actor]);
    expect(made).toEqual([
      ["api_key.revoked", "key:admin"],
      ["run.cancelled", "key:score"],
      ["run.paused", "key:score"],
      ["study_verdict.created", "key:review"],
      ["policy_activation.retired", "key:admin"],
      ["policy_activation.created", "key:admin"],
      ["policy.created", "key:admin"],
    ]);
    expect((await api.get("/v1/me", "review")).statusCode).toBe(401);
    expect((await api.get("/v1/verdicts?study=1")).json().items).toHaveLength(1);
  });

  it("queue what they ask for, and refuse an external model", async () => {
    await using api = await openApi();
    await seed(api.database);
    const run = await api.post("/v1/runs", { dataset: "archive", model: "scorer" }, { scope: "score" });
    expect(run.json()).toMatchObject({ status: 400, code: "BAD_ARGUMENT", field: "model" });
    const sweep = await api.post("/v1/sweeps", {
      dataset: "archive",
      grid: { pLow: "0.1:0.3:0.1", entropyMax: "none,2" },
    });
    expect(sweep.statusCode).toBe(202);
    expect(api.queues.added).toMatchObject([
      { queue: "analytics", payload: { sweepId: sweep.json().sweepId } },
    ]);
    expect((await api.get(`/v1/sweeps/${sweep.json().sweepId}`)).json()).toMatchObject({
      state: "queued",
      configs: 6,
    });
    expect((await api.get(`/v1/sweeps/${sweep.json().sweepId}/points`)).json()).toEqual({
      items: [],
      next: null,
    });
  });

  it.each([
    ["{", "application/json", 400, "BAD_ARGUMENT"],
    ["a=1", "application/x-www-form-urlencoded", 415, "MEDIA_TYPE_UNSUPPORTED"],
    [JSON.stringify({ name: "p".repeat(1024 * 1024) }), "application/json", 413, "REQUEST_TOO_LARGE"],
    [
      JSON.stringify({ name: "p", thresholds: THRESHOLDS, extra: 1 }),
      "application/json",
      400,
      "BAD_ARGUMENT",
    ],
  ])("refuse the body %.20s as %s", async (payload, type, status, code) => {
    await using api = await openApi();
    const headers = { authorization: await api.bearer("admin"), "content-type": type };
    const refused = await api.server.inject({ method: "POST", url: "/v1/policies", headers, payload });
    expect(refused.json()).toMatchObject({ status, code });
  });
});

describe("an import", () => {
  it("is taken, carried out and reported", async () => {
    await using folder = await temporaryFolder();
    await mkdir(join(folder.path, "archive"));
    await writeFile(join(folder.path, "archive", "a.png"), await greyPng());
    await using api = await openApi({ archiveRoots: [folder.path] });
    const asked = await api.post("/v1/imports", { path: join(folder.path, "archive") }, { scope: "score" });
    expect([asked.statusCode, asked.json().state]).toEqual([202, "queued"]);
    const { importRequestId } = asked.json<{ importRequestId: string }>();
    expect(api.queues.added).toMatchObject([{ queue: runImport.queue, payload: { importRequestId } }]);
    const archives = createArchiveRoots([folder.path]);
    await importHandler({ database: api.database, archives })({ importRequestId }, NOT_ABORTED);
    expect((await api.get(`/v1/imports/${importRequestId}`)).json()).toMatchObject({
      state: "completed",
      entries: 1,
      report: { added: 1, dataset: "archive" },
    });
    expect((await api.get("/v1/imports")).json().items).toHaveLength(1);
    await api.database.pool.query(
      `insert into import_rejection select import_id, n, null, n + 2, 'ROW_INVALID', 'no path'
       from import_request, generate_series(0, 2) as n`,
    );
    const url = `/v1/imports/${importRequestId}/rejections?limit=2`;
    const first = (await api.get(url)).json();
    expect(first.items).toMatchObject([{ line: 2 }, { line: 3 }]);
    expect((await api.get(`${url}&cursor=${first.next}`)).json()).toMatchObject({
      items: [{ line: 4, code: "ROW_INVALID" }],
      next: null,
    });
  });

  it("that was permitted once is not carried out after its root was taken away", async () => {
    await using folder = await temporaryFolder();
    await using api = await openApi({ archiveRoots: [folder.path] });
    const asked = await api.post("/v1/imports", { path: folder.path }, { scope: "score" });
    const { importRequestId } = asked.json<{ importRequestId: string }>();
    const nowhere = { database: api.database, archives: createArchiveRoots([]) };
    await importHandler(nowhere)({ importRequestId }, NOT_ABORTED);
    expect((await api.get(`/v1/imports/${importRequestId}`)).json()).toMatchObject({
      state: "failed",
      errorCode: "ARCHIVE_NOT_ALLOWED",
    });
  });

  it("comes from a configured root only", async () => {
    await using folder = await temporaryFolder();
    const root = join(folder.path, "root");
    await mkdir(join(root, "inside"), { recursive: true });
    await mkdir(join(folder.path, "root-beside"));
    await symlink("/etc", join(root, "link"));
    const roots = createArchiveRoots([root, "s3://bucket/archives"]);
    expect(await roots.permit(join(root, "inside"))).toBe(join(root, "inside"));
    expect(await roots.permit("s3://bucket/archives/2024")).toBe("s3://bucket/archives/2024");
    const refused = [
      "/etc",
      "relative",
      join(root, "link"),
      `${root}/../root-beside`,
      `${root}/none`,
      `${root}\0`,
      "s3://bucket/archives-beside",
      "s3://bucket/archives/../other",
      "s3://bucket",
      "s3://other/archives",
      "http://169.254.169.254/latest",
      "file:///etc",
    ];
    for (const path of refused)
      await expect(roots.permit(path)).rejects.toMatchObject({ code: "ARCHIVE_NOT_ALLOWED" });
  });
});
