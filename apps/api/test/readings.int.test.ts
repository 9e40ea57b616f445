import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "@hairline/core/testing";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openApi, type OpenedApi } from "./open-api.ts";
import { greyPng, seed } from "./seed.ts";

const POLICY = "p_low=0.2,entropy_max=2";

describe("images and studies", () => {
  it("have facts always and outcomes under the policy asked for", async () => {
    await using api = await openApi();
    await seed(api.database);
    const plain = (await api.get("/v1/datasets/archive/images")).json();
    expect(plain).toMatchObject({ model: "scorer", policy: null, next: null });
    expect(plain.items[0]).toMatchObject({ imageId: 1, label: 1, outcome: null });
    expect(plain.items[3]).toMatchObject({ quarantineCode: "IMAGE_TRUNCATED", probability: null });
    const read = (await api.get(`/v1/datasets/archive/images?policy=${POLICY}`)).json();
    expect(read.policy.thresholds).toEqual({ pLow: 0.2, entropyMax: 2, areaMax: null, alpha: 0.5 });
    // 0.9 with entropy 1; 0.3 with entropy 3, above the gate; 0.1 below p_low; not scored.
    const outcomes = read.items.map(({ outcome }: { outcome: string | null }) => outcome);
    expect(outcomes).toEqual(["positive", "inconclusive", "negative", null]);
    const studies = (
      await api.get(`/v1/datasets/archive/studies?policy=${POLICY}&outcome=inconclusive`)
    ).json();
    expect(studies.items).toMatchObject([{ studyId: 2, outcome: "inconclusive", views: 1, verdicts: 0 }]);
    expect((await api.get(`/v1/images/1?policy=${POLICY}`)).json()).toMatchObject({ outcome: "positive" });
    expect((await api.get("/v1/studies/1")).json().imageList).toHaveLength(1);
    const triage = (await api.get(`/v1/datasets/archive/triage?policy=${POLICY}`)).json();
    expect(triage.overall.outcomes).toEqual({ negative: 1, positive: 1, inconclusive: 1 });
  });

  it("are read under the policy in force when none is asked for", async () => {
    await using api = await openApi();
    await seed(api.database);
    const thresholds = { pLow: 0.95, entropyMax: null, areaMax: null, alpha: 0.5 };
    await api.post("/v1/policies", { name: "strict", thresholds });
    await api.post("/v1/policies/strict/activate", { model: "scorer" });
    const { policy, items } = (await api.get("/v1/datasets/archive/images")).json();
    expect(policy).toEqual({ policy: "strict@1", thresholds });
    expect(items[0].outcome).toBe("negative");
  });

  it("keep every page where it was while images are added", async () => {
    await using api = await openApi();
    await seed(api.database);
    const first = (await api.get("/v1/datasets/archive/images?limit=2")).json();
    await api.database.pool.query("delete from image where id = 1");
    await api.database.pool.query(
      "insert into image (dataset_id, study_id, object_key) values (1, 1, 'a-first.png')",
    );
    const rest = (await api.get(`/v1/datasets/archive/images?limit=2&cursor=${first.next}`)).json();
    const last = (await api.get(`/v1/datasets/archive/images?limit=2&cursor=${rest.next}`)).json();
    const ids = [first, rest, last].map(({ items }) =>
      items.map(({ imageId }: { imageId: number }) => imageId),
    );
    expect(ids).toEqual([[1, 2], [3, 4], [5]]);
    expect(last.next).toBeNull();
  });
});

describe("a question without an answer", () => {
  let api: OpenedApi;
  beforeAll(async () => {
    api = await openApi();
    await seed(api.database);
  });
  afterAll(async () => {
    await api[Symbol.asyncDispose]();
  });

  it.each([
    ["/v1/datasets/none/images", 404, "DATASET_NOT_FOUND", "dataset"],
    ["/v1/datasets/archive/images?model=none", 404, "MODEL_NOT_FOUND", "model"],
    ["/v1/datasets/archive/images?policy=none", 404, "POLICY_NOT_FOUND", "policy"],
    ["/v1/datasets/archive/images?policy=p_low=2", 400, "BAD_THRESHOLD", "p_low"],
    ["/v1/datasets/archive/images?limit=0", 400, "BAD_ARGUMENT", "limit"],
    ["/v1/datasets/archive/images?limit=x", 400, "BAD_ARGUMENT", "limit"],
    ["/v1/datasets/archive/images?cursor=x", 400, "BAD_ARGUMENT", "cursor"],
    ["/v1/datasets/archive/images?cursor=WyJhIl0", 400, "BAD_ARGUMENT", "cursor"],
    ["/v1/images/99", 404, "IMAGE_NOT_FOUND", "image"],
    ["/v1/images/1.5", 400, "BAD_ARGUMENT", "imageId"],
    ["/v1/images/99999999999999999999", 400, "BAD_ARGUMENT", "imageId"],
    ["/v1/studies/99", 404, "STUDY_NOT_FOUND", "study"],
    ["/v1/images/2/heatmap.png", 409, "FACTS_MISSING", "model"],
    ["/v1/images/1/heatmap.png?opacity=2", 400, "BAD_ARGUMENT", "opacity"],
  ])("answers %s with a problem", async (url, status, code, field) => {
    const response = await api.get(url);
    expect(response.headers["content-type"]).toBe("application/problem+json");
    expect(response.json()).toMatchObject({ status, code, field });
    expect(response.statusCode).toBe(status);
  });
});

describe("pictures", () => {
  it("are drawn from the stored grid, and not again for who has them", async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, "image-1.png"), await greyPng());
    await using api = await openApi();
    await seed(api.database, folder.path);
    const response = await api.get("/v1/images/1/heatmap.png");
    expect(response.headers).toMatchObject({
      "content-type": "image/png",
      "cache-control": "private, no-cache",
      "x-hairline-heat": "drawn",
    });
    expect(await sharp(response.rawPayload).metadata()).toMatchObject({ format: "png", width: 8, height: 6 });
    const headers = {
      authorization: await api.bearer("read"),
      "if-none-match": String(response.headers.etag),
    };
    const again = await api.server.inject({ url: "/v1/images/1/heatmap.png", headers });
    expect([again.statusCode, again.rawPayload.length]).toEqual([304, 0]);
    const alone = await api.get("/v1/images/1/heatmap.png?layer=heat&maxSide=32&opacity=1");
    expect(await sharp(alone.rawPayload).metadata()).toMatchObject({ width: 32, channels: 4 });
  });

  it("are sent as imported, as what their bytes say, and never from outside the root", async () => {
    await using folder = await temporaryFolder();
    const png = await greyPng();
    await writeFile(join(folder.path, "image-1.png"), png);
    await writeFile(join(folder.path, "image-2.png"), "<script>alert(1)</script>");
    await using api = await openApi();
    await seed(api.database, folder.path);
    await api.database.pool.query("update image set object_key = '../secret' where id = 3");
    const sent = await api.get("/v1/images/1/file");
    expect(sent.headers["content-type"]).toBe("image/png");
    expect(sent.rawPayload.equals(png)).toBe(true);
    const script = await api.get("/v1/images/2/file");
    expect(script.headers["content-type"]).toBe("application/octet-stream");
    expect(script.headers["content-disposition"]).toContain("attachment");
    expect((await api.get("/v1/images/3/file")).json()).toMatchObject({ code: "PATH_OUTSIDE_ROOT" });
    expect((await api.get("/v1/images/4/file")).json()).toMatchObject({ code: "IMAGE_FILE_MISSING" });
  });
});

describe("exports", () => {
  it("are CSV or Parquet", async () => {
    await using api = await openApi();
    await seed(api.database);
    const csv = await api.get("/v1/datasets/archive/exports/facts");
    expect(csv.headers["content-type"]).toContain("text/csv");
    expect(csv.body.trim().split("\n")).toHaveLength(4);
    const outcomes = await api.get(`/v1/datasets/archive/exports/outcomes?policy=${POLICY}`);
    expect(outcomes.body).toContain("inconclusive");
    const parquet = await api.get(`/v1/datasets/archive/exports/studies?policy=${POLICY}&format=parquet`);
    expect(parquet.rawPayload.subarray(0, 4).toString()).toBe("PAR1");
    expect(parquet.rawPayload.subarray(-4).toString()).toBe("PAR1");
  });

  it("are answered with a problem when there is nothing to export", async () => {
    await using api = await openApi();
    await seed(api.database);
    await api.database.pool.query("delete from prediction");
    expect((await api.get("/v1/datasets/archive/exports/facts?model=scorer")).json()).toMatchObject({
      code: "NO_PREDICTIONS",
    });
    expect((await api.get("/v1/datasets/archive/exports/outcomes?model=scorer")).json()).toMatchObject({
      code: "POLICY_NOT_FOUND",
    });
  });
});
