import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApiKey } from "@hairline/core/access";
import {
  migrate,
  openDatabase,
  removeEmbeddedPostgres,
  startEmbeddedPostgres,
  type Database,
} from "@hairline/core/db";
import { createUploadDataset, openUploadedStudy } from "@hairline/core/uploads";
import { drawAlone, storeAlone } from "./api/limits.ts";
import { parseApiOptions, type ApiBenchOptions } from "./api/options.ts";
import { DATASET, idsOf, seedArchive, STUDIES, VIEWS } from "./api/seed.ts";
import { sendLoad, type LoadReport, type LoadRequest } from "./api/send-load.ts";
import { startApi } from "./api/start-api.ts";
import { numberedPng, UPLOAD_CONTENT_TYPE, uploadBody } from "./api/upload-body.ts";
import type { Benchmark, BenchmarkContext, BenchmarkResult, Figure } from "./benchmark.ts";
import { generateImages, listImages } from "./score/images.ts";

const DISTINCT_IMAGES = 40;
const UPLOAD_BYTES = 100_000;
/** The client prepares a few requests that it does not send. */
const SPARE_STUDIES = 64;
const POLICY = "policy=p_low%3D0.22%2Centropy_max%3D1.5";

interface Site {
  readonly url: string;
  readonly authorization: string;
  readonly database: Database;
  readonly folder: string;
  readonly options: ApiBenchOptions;
}

/** Readings and uploads of clients with a key, on an API process and an embedded server of its own that waits for the disk. */
export const apiBenchmark: Benchmark = {
  name: "api",
  summary: "readings and uploads a second through the HTTP API, against a bare answer and bare storing",
  async run(context) {
    const options = parseApiOptions(context.args);
    const folder = await mkdtemp(join(tmpdir(), "hairline-bench-"));
    const home = join(folder, "home");
    try {
      await using server = await startEmbeddedPostgres({ home });
      await using database = await openDatabase(server.url);
      await migrate(database);
      await generateImages(folder, { count: STUDIES * VIEWS, distinct: DISTINCT_IMAGES });
      await seedArchive(database, join(folder, "images"));
      const { key } = await createApiKey(database, { name: "bench", scopes: ["score"] });
      await using api = await startApi(server.url, home);
      const site = { url: api.url, authorization: `Bearer ${key}`, database, folder, options };
      return await measure(site, context);
    } finally {
      await removeEmbeddedPostgres({ home });
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function measure(site: Site, { note }: BenchmarkContext): Promise<BenchmarkResult> {
  const figures: Figure[] = [];
  const missed: string[] = [];
  for (const { name, report, limit } of [...(await read(site)), ...(await upload(site))]) {
    figures.push(...figuresOf(name, report, limit));
    if (report.errors > 0) missed.push(`${name}: ${report.errors} requests failed`);
    note(`${name}: ${report.perSecond.toFixed(1)}/s`);
  }
  const answered = uploadsOf(site.options);
  const stored = await uploadedViews(site.database);
  if (stored !== answered) missed.push(`${answered} images were uploaded and ${stored} views are stored`);
  return {
    benchmark: "api",
    setting: { ...site.options, studies: STUDIES, views: VIEWS, uploadBytes: UPLOAD_BYTES },
    figures,
    missed,
  };
}

/** Readings, beside a bare answer of the same process; pictures, beside their drawing. */
async function read(site: Site): Promise<Measured[]> {
  const { reads: requests, concurrency } = site.options;
  const { listed, picture } = await readings(site);
  // The first answers compile code and fill caches.
  for (const { request } of [...listed, picture]) await send(site, request, warmUpOf(requests));
  const bare = { name: "bare answer (/healthz)", report: await send(site, () => get("/healthz"), requests) };
  const measured: Measured[] = [bare];
  for (const { name, request } of listed) {
    const report = await send(site, request, requests);
    measured.push({ name, report, limit: { to: "bare answer", perSecond: bare.report.perSecond } });
  }
  const images = join(site.folder, "images");
  await drawAlone(images, { requests: warmUpOf(requests), concurrency });
  const drawn = await drawAlone(images, { requests, concurrency });
  const report = await send(site, picture.request, requests);
  const limit = { to: "drawing alone", perSecond: drawn.perSecond };
  return [...measured, { name: limit.to, report: drawn }, { name: picture.name, report, limit }];
}

interface Limit {
  readonly to: string;
  readonly perSecond: number;
}

interface Measured {
  readonly name: string;
  readonly report: LoadReport;
  readonly limit?: Limit;
}

type RequestOf = (n: number) => LoadRequest;

interface Reading {
  readonly name: string;
  readonly request: RequestOf;
}

/** What a reviewer's page asks for, of another study each time. */
async function readings({ database }: Site): Promise<{ listed: Reading[]; picture: Reading }> {
  const studies = await idsOf(database, "study");
  const images = await idsOf(database, "image");
  const nth = (ids: readonly number[], n: number): number => ids[n % ids.length] ?? 0;
  const page = `/v1/datasets/${DATASET}/studies?limit=100&${POLICY}`;
  return {
    listed: [
      { name: "50 runs", request: () => get("/v1/runs?limit=50") },
      { name: "100 studies, policy applied", request: () => get(page) },
      {
        name: "one study, policy applied",
        request: (n) => get(`/v1/studies/${nth(studies, n)}?${POLICY}`),
      },
    ],
    picture: { name: "heatmap", request: (n) => get(`/v1/images/${nth(images, n)}/heatmap.png`) },
  };
}

async function upload(site: Site): Promise<Measured[]> {
  const { database, folder, options } = site;
  const { uploads: requests, concurrency } = options;
  const png = await imageOfBytes(join(folder, "images"), UPLOAD_BYTES);
  const bytes = (n: number): Buffer => numberedPng(png, n);
  const warmUp = warmUpOf(requests);
  const studies = await openInbox(site, warmUp + requests + 2 * SPARE_STUDIES);
  const request = (n: number): LoadRequest => ({
    method: "POST",
    path: `/v1/studies/${studies[n] ?? 0}/images`,
    contentType: UPLOAD_CONTENT_TYPE,
    body: uploadBody(bytes(n)),
  });
  await send(site, request, warmUp);
  const limit = await storeAlone(database, { folder: join(folder, "bare"), requests, concurrency, bytes });
  const report = await send(site, (n) => request(n + warmUp + SPARE_STUDIES), requests);
  const to = "storing alone";
  return [
    { name: to, report: limit },
    { name: "uploads", report, limit: { to, perSecond: limit.perSecond } },
  ];
}

/** A dataset that takes uploads, with empty studies. @returns their ids */
async function openInbox({ database, folder }: Site, count: number): Promise<number[]> {
  const { rows } = await database.pool.query<{ id: number }>("select id from model");
  const location = join(folder, "home", "objects");
  const modelId = rows[0]?.id ?? 0;
  await createUploadDataset(database, {
    name: "inbox",
    location,
    modelId,
    quietMs: 3_600_000,
    by: "bench",
  });
  const studies: number[] = [];
  while (studies.length < count) {
    studies.push((await openUploadedStudy(database, { dataset: "inbox", by: "bench" })).studyId);
  }
  return studies;
}

function warmUpOf(requests: number): number {
  return Math.ceil(requests / 10);
}

function uploadsOf({ uploads }: ApiBenchOptions): number {
  return uploads + warmUpOf(uploads);
}

function send(
  { url, authorization, options }: Site,
  request: RequestOf,
  requests: number,
): Promise<LoadReport> {
  return sendLoad({ url, authorization, request, requests, concurrency: options.concurrency });
}

function get(path: string): LoadRequest {
  return { method: "GET", path };
}

/** Of the drawn radiographs the one nearest to that size. */
async function imageOfBytes(folder: string, bytes: number): Promise<Buffer> {
  const paths = (await listImages(folder)).slice(0, DISTINCT_IMAGES);
  const sized = await Promise.all(
    paths.map(async (path) => ({ path, off: Math.abs((await stat(path)).size - bytes) })),
  );
  const nearest = sized.toSorted((a, b) => a.off - b.off)[0];
  if (nearest === undefined) throw new Error("no radiograph was drawn");
  return readFile(nearest.path);
}

async function uploadedViews({ pool }: Database): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(
    "select count(*)::int as n from image join uploaded_study using (study_id)",
  );
  return rows[0]?.n ?? 0;
}

function figuresOf(name: string, report: LoadReport, limit?: Limit): Figure[] {
  const rate = { name, value: report.perSecond, unit: "req/s" };
  return [
    limit === undefined
      ? rate
      : { ...rate, ratio: { to: limit.to, value: report.perSecond / limit.perSecond } },
    { name: `${name}, p50`, value: report.p50Ms, unit: "ms" },
    { name: `${name}, p99`, value: report.p99Ms, unit: "ms" },
    { name: `${name}, errors`, value: report.errors, unit: "requests" },
  ];
}
