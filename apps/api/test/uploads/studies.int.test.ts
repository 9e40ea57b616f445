import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { createLog } from "../../src/log.ts";
import { image } from "./images.ts";
import { openUploadSite, type UploadSite } from "./upload-site.ts";

const score = { scope: "score" } as const;

interface Entry {
  readonly action: string;
  readonly actor: string;
}

/** Entries of the audit log whose action begins so, the latest first. */
async function auditOf(site: UploadSite, action: string): Promise<Entry[]> {
  const { items } = (await site.get("/v1/audit", "admin")).json<{ items: Entry[] }>();
  return items.filter((entry) => entry.action.startsWith(action));
}

describe("a study for uploads", () => {
  it("is made once under its key, and learns what was not known", async () => {
    await using site = await openUploadSite();
    const url = "/v1/datasets/inbox/studies";
    const again = await site.post(url, { studyKey: "exam 1", bodyPart: "wrist", expectedViews: 2 }, score);
    expect([again.statusCode, again.json()]).toEqual([200, { studyId: site.studyId, created: false }]);
    const other = await site.post(url, { studyKey: "exam 1", bodyPart: "hand" }, score);
    expect(other.json()).toMatchObject({ status: 409, code: "STUDY_CONFLICT", field: "bodyPart" });
    expect(other.body).not.toContain("wrist");
    const unnamed = await site.post(url, {}, score);
    expect(unnamed.statusCode).toBe(201);
    const [study] = (await site.get("/v1/datasets/inbox/studies")).json().items;
    expect(study).toMatchObject({ studyKey: "exam 1", bodyPart: "wrist" });
  });

  it("is due at once when the views expected are there or its uploader says so, else after the pause", async () => {
    await using site = await openUploadSite({ study: { expectedViews: 2 } });
    const state = async () => (await site.get(`/v1/studies/${site.studyId}`)).json().upload;
    expect(await state()).toMatchObject({ state: "waiting", images: 0, expectedViews: 2, dueAt: null });
    const complete = `/v1/studies/${site.studyId}/complete`;
    await site.upload([["a", await image(1)]]);
    const waiting = await state();
    expect(waiting.state).toBe("waiting");
    expect(Date.parse(waiting.dueAt)).toBeGreaterThan(Date.now() + 30_000);
    await site.upload([["b", await image(2)]]);
    expect(await state()).toMatchObject({ state: "queued", images: 2 });
    await site.database.pool.query("update study_timer set due_at = null");
    expect(await state()).toMatchObject({ state: "stopped" });
    expect((await site.post(complete, undefined, score)).json()).toMatchObject({ state: "queued" });
    await site.database.pool.query(
      `insert into prediction (model_id, image_id, probability) select 1, id, 0.5 from image order by id limit 1;
       insert into quarantine (model_id, image_id, code, message) select 1, max(id), 'IMAGE_TRUNCATED', 'cut' from image`,
    );
    expect(await state()).toMatchObject({ state: "scored", scored: 1, quarantined: 1 });
  });

  it("belongs to a dataset for uploads, whose model an administrator may change", async () => {
    await using site = await openUploadSite();
    await site.database.pool.query(
      "insert into dataset (name, root, layout) values ('archive', '/a', 'folder')",
    );
    const imported = await site.post("/v1/datasets/archive/studies", {}, score);
    expect(imported.json()).toMatchObject({ status: 400, code: "BAD_ARGUMENT", field: "dataset" });
    const missing = await site.post("/v1/datasets/none/studies", {}, score);
    expect(missing.json()).toMatchObject({ status: 404, code: "DATASET_NOT_FOUND" });
    const taken = await site.post("/v1/datasets", { name: "inbox", model: "net" }, score);
    expect(taken.json()).toMatchObject({ status: 409, code: "DATASET_NAME_TAKEN" });
    const headers = { authorization: await site.bearer("admin") };
    const change = { method: "PUT", url: "/v1/datasets/inbox/uploads", headers } as const;
    const changed = await site.server.inject({ ...change, payload: { quietSeconds: 1.5 } });
    expect(changed.json()).toEqual({ dataset: "inbox", model: "net", quietSeconds: 1.5 });
    const unknown = await site.server.inject({ ...change, payload: { model: "none" } });
    expect(unknown.json()).toMatchObject({ status: 404, code: "MODEL_NOT_FOUND" });
    const entries = await auditOf(site, "upload_dataset");
    expect(entries.map(({ action, actor }) => [action, actor])).toEqual([
      ["upload_dataset.changed", "key:admin"],
      ["upload_dataset.created", "key:score"],
    ]);
  });

  it("leaves no key and no patient in the log at any level, the audit log, or the keys of objects", async () => {
    const lines = new PassThrough();
    const logged = text(lines);
    await using site = await openUploadSite({
      study: { patientKey: "Müller 1950" },
      log: createLog("trace", lines),
    });
    await site.upload([
      ["Müller.png", await image(1)],
      ["x", Buffer.alloc(0)],
    ]);
    const entries = await auditOf(site, "");
    expect(entries.find(({ action }) => action === "study.uploaded")).toMatchObject({
      actor: "key:score",
      subject: String(site.studyId),
      after: { stored: 1, duplicates: 0, rejected: 1 },
    });
    expect(JSON.stringify([entries, await site.objects()])).not.toContain("ller");
    await site.server.close();
    lines.end();
    const log = await logged;
    expect(log).toContain("starting multipart parsing");
    expect(log).not.toMatch(/hlk_|ller/);
  });
});
