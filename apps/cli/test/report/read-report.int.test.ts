import { rm } from "node:fs/promises";
import { join } from "node:path";
import { createTestDatabase, temporaryFolder } from "@hairline/core/testing";
import { parsePolicy, parseSweepGrid } from "@hairline/core/triage";
import { describe, expect, test } from "vitest";
import { readReport, type ReportRequest } from "../../src/report/read-report.ts";
import { renderReport } from "../../src/report/render-report.ts";
import { HOSTILE_NAME, scoredArchive } from "./scored-archive.ts";

const POLICY = parsePolicy("p_low=0.22,entropy_max=1,area_max=none,alpha=0.5");
const GRID = parseSweepGrid({ pLow: "0.05,0.22", entropyMax: "none,1", areaMax: "none,0.3", alpha: "0.5" });

interface Site {
  readonly folder: string;
  readonly request: ReportRequest;
}

async function withSite(run: (site: Site) => Promise<void>): Promise<void> {
  await using database = await createTestDatabase();
  await using folder = await temporaryFolder();
  await scoredArchive(database, folder.path);
  await run({
    folder: folder.path,
    request: { database, dataset: "archive", policy: POLICY, grid: GRID },
  });
}

describe("readReport", () => {
  test("gathers counts, errors and quarantine", () =>
    withSite(async ({ request }) => {
      const report = await readReport(request);
      expect(report.dataset).toEqual({
        name: "archive",
        layout: "manifest",
        studies: 7,
        images: 7,
        scored: 6,
        quarantined: 1,
        waiting: 0,
      });
      // p >= 0.22 and entropy <= 1: the fracture at 0.9 and the other at 0.7; the fracture at 0.8 is too spread out.
      expect(report.overall.counts).toEqual({ tp: 1, fp: 1, tn: 1, fn: 1, inconclusive: 1 });
      expect(report.overall.outcomes).toEqual({ negative: 2, positive: 2, inconclusive: 2 });
      expect(report.labelled).toEqual({ positive: 3, negative: 2 });
      expect(report.quarantine).toEqual([
        { code: "IMAGE_EMPTY", images: 1, exampleImageId: expect.any(Number) as number, exampleKey: null },
      ]);
      // Of 3 x 2 pairs 0.9 and 0.8 win both of theirs, 0.1 none: 4 of 6, over the four labelled patients.
      expect(report.rocAuc).toMatchObject({ value: expect.closeTo(4 / 6, 9) as number, patients: 4 });
    }));

  test("compares the policy with the probability alone at the same coverage", () =>
    withSite(async ({ request }) => {
      const { sweep } = await readReport(request);
      expect(sweep).toMatchObject({ configs: 8, chosen: { tp: 1, fp: 1, tn: 1, fn: 1, inconclusive: 1 } });
      // Below 0.22 one of two is wrong; then 0.9 and 0.8 are right and 0.7 wrong. At 4 of 5 decided, 1 of 4 is wrong.
      expect(sweep?.probabilityOnlyAtPolicy).toEqual({ coverage: 0.8, risk: 0.25 });
      expect(sweep?.probabilityOnly.at(-1)).toEqual({ coverage: 1, risk: 0.4 });
    }));

  test("draws one picture of each image it chose, with the known boxes", () =>
    withSite(async ({ request }) => {
      const { gallery, notDrawn } = await readReport(request);
      expect(notDrawn).toEqual([]);
      const seen = gallery.map(({ kind, probability, boxes, heat }) => [kind, probability, boxes, heat]);
      expect(seen).toEqual([
        ["true positive", expect.closeTo(0.9, 6), 1, "drawn"],
        ["miss", expect.closeTo(0.1, 6), 0, "drawn"],
        ["false positive", expect.closeTo(0.7, 6), 0, "drawn"],
        ["inconclusive", expect.closeTo(0.8, 6), 1, "drawn"],
        ["inconclusive", expect.closeTo(0.6, 6), null, "degenerate"],
        ["true negative", expect.closeTo(0.2, 6), 0, "drawn"],
      ]);
      for (const { jpeg, width, height } of gallery) {
        // The first bytes of every JPEG.
        expect([...jpeg.subarray(0, 3)]).toEqual([0xff, 0xd8, 0xff]);
        expect(Math.max(width, height)).toBeLessThanOrEqual(96);
      }
    }));

  test("gives the same page for the same facts, and another fingerprint when one changes", () =>
    withSite(async ({ request }) => {
      const first = await readReport(request);
      const second = await readReport(request);
      expect(renderReport(second)).toBe(renderReport(first));
      await request.database.pool.query("update prediction set entropy = 0.71 where entropy = 0.7::real");
      expect((await readReport(request)).factsSha256).not.toBe(first.factsSha256);
    }));

  test("reads only the images asked for", () =>
    withSite(async ({ request }) => {
      const filter = { bodyParts: ["XR_HAND"], importedFrom: new Date(0) };
      const report = await readReport({ ...request, filter });
      expect(report.filter).toEqual({
        splits: null,
        bodyParts: ["XR_HAND"],
        conditions: "imported from 1970-01-01T00:00:00.000Z",
      });
      expect(report.overall.images).toBe(3);
      expect(report.bodyParts.map(({ bodyPart }) => bodyPart)).toEqual(["XR_HAND"]);
      expect(report.dataset.images).toBe(7);
    }));

  test("shows object keys only when asked to, and then as text", () =>
    withSite(async ({ request }) => {
      const page = renderReport(await readReport({ ...request, showKeys: true }));
      expect(page).toContain("&quot;&gt;&lt;img src=x onerror=alert(1)&gt;.png");
      expect(page).not.toContain(HOSTILE_NAME);
      expect(renderReport(await readReport(request))).not.toContain("onerror");
    }));

  test("lists pictures whose file or CAM is gone, and says the rest", () =>
    withSite(async ({ folder, request }) => {
      await rm(join(folder, HOSTILE_NAME));
      await request.database.pool.query("delete from prediction_cam where grid = '{9,1,1,1}' or grid[4] = 9");
      const report = await readReport(request);
      expect(report.notDrawn.map(({ code }) => code)).toEqual(["IMAGE_FILE_MISSING", "FACTS_MISSING"]);
      expect(report.gallery).toHaveLength(4);
      expect(report.overall.images).toBe(6);
    }));

  test("leaves the plot out where a config asks for facts that were not imported", () =>
    withSite(async ({ request }) => {
      await request.database.pool.query("update prediction set area_1 = null");
      await request.database.pool.query("delete from prediction_cam");
      const report = await readReport(request);
      expect(report.sweep).toBeNull();
      expect(report.rocAuc).not.toBeNull();
    }));

  test("does without labels", () =>
    withSite(async ({ request }) => {
      await request.database.pool.query("update image set label = null");
      const report = await readReport(request);
      expect(report).toMatchObject({ rocAuc: null, sweep: null, labelled: { positive: 0, negative: 0 } });
      expect(report.gallery.map(({ kind }) => kind)).toContain("positive");
      expect(renderReport(report)).not.toMatch(/NaN|undefined/);
    }));

  test("refuses a dataset without scores", async () => {
    await using database = await createTestDatabase();
    await database.pool.query("insert into dataset (name, root, layout) values ('empty', '/', 'folder')");
    const request = { database, dataset: "empty", policy: POLICY, grid: GRID };
    await expect(readReport(request)).rejects.toMatchObject({ code: "NO_PREDICTIONS" });
  });
});
