import { join } from "node:path";
import { openFilesystemStore } from "@hairline/core/storage";
import { createTestDatabase, temporaryFolder } from "@hairline/core/testing";
import { IMAGENET_PREPROCESSING } from "@hairline/imaging/preprocess";
import { importModel } from "@hairline/model/registry";
import { reproducibleWeights } from "@hairline/model/testing";
import { expect, test } from "vitest";
import { canariesIn, writeCanaryArchive } from "./canary-archive.ts";
import { documentedNames, sample, scrapedNames, total } from "./metric-names.ts";
import { startOtlpReceiver, type ReceivedSpan } from "./otlp-receiver.ts";
import { openTappedQueue } from "./queue-tap.ts";
import { PATIENCE, ROLES, RunningSite } from "./running-site.ts";

/** Of the caller, as another system's trace would begin. */
const TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";
const TRACEPARENT = `00-${TRACE_ID}-00f067aa0ba902b7-01`;

test.each(["postgres", "redis"] as const)(
  "a run on %s is one trace from the API to the database, is counted, and names no patient anywhere",
  async (kind) => {
    await using folder = await temporaryFolder();
    await using database = await createTestDatabase();
    await using collector = await startOtlpReceiver();
    await using queue = await openTappedQueue(kind, database);
    const archive = await writeCanaryArchive(join(folder.path, "archive"));
    await importModel({
      database,
      store: openFilesystemStore(join(folder.path, "objects")),
      source: { stateDict: reproducibleWeights("resnet18"), name: "tiny" },
      preprocessing: { ...IMAGENET_PREPROCESSING, inputSize: 64 },
    });
    await using site = await RunningSite.start(folder.path, {
      DATABASE_URL: database.url,
      ...queue.environment,
      HAIRLINE_ARCHIVE_ROOTS: archive.root,
      HAIRLINE_LOG_LEVEL: "trace",
      HAIRLINE_METRICS_PORT: "0",
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    });

    expect((await site.post("/v1/imports", { path: archive.root, name: "wrists" })).status).toBe(202);
    const imported = () => site.get<{ items: { state: string }[] }>("/v1/imports");
    await expect
      .poll(async () => (await imported()).items.map(({ state }) => state), PATIENCE)
      .toEqual(["completed"]);
    const opened = await site.post(
      "/v1/runs",
      { dataset: "wrists", model: "tiny", shardSize: 2 },
      { traceparent: TRACEPARENT },
    );
    const { runId } = (await opened.json()) as { runId: string };
    const state = async () => (await site.get<{ state: string }>(`/v1/runs/${runId}`)).state;
    await expect.poll(state, PATIENCE).toBe("completed");

    // A worker counts a shard just after it is committed, and the run may be completed before.
    const counted = async () => {
      const scrape = await (await site.probe("worker-gpu", "/metrics")).text();
      return ["scored", "quarantined"].map((ending) => total(scrape, `hairline_images_${ending}_total`));
    };
    await expect.poll(counted, PATIENCE).toEqual([archive.sound, archive.broken]);

    const scrapes = new Map<string, string>();
    for (const role of ROLES) {
      expect((await site.probe(role, "/healthz")).status).toBe(200);
      expect((await site.probe(role, "/readyz")).status).toBe(200);
      const scrape = await (await site.probe(role, "/metrics")).text();
      scrapes.set(role, scrape);
      expect(scrapedNames(scrape)).toEqual(await documentedNames(`Of the ${role}`));
    }
    const worker = scrapes.get("worker-gpu") ?? "";
    expect(sample(worker, "hairline_decode_seconds_count")).toBe(archive.sound);
    expect(sample(worker, "hairline_batch_images_sum")).toBe(archive.sound);
    const api = scrapes.get("api") ?? "";
    expect(sample(api, 'hairline_runs{state="completed"}')).toBe(1);
    expect(total(api, "hairline_quarantined_images")).toBe(archive.broken);
    expect(sample(api, 'hairline_queue_waiting_jobs{queue="score-shard",priority="urgent"}')).toBe(0);
    expect(sample(api, 'hairline_workers{role="worker-gpu",state="running"}')).toBe(1);

    await site.stop();
    const lines = await site.lines("worker-gpu");
    const done = lines.filter(({ msg }) => msg === "shard done");
    expect(new Set(done.map((line) => line.ordinal))).toEqual(new Set([0, 1, 2]));
    for (const { ordinal, jobId, traceId, ...line } of done)
      expect({ ...line, jobId, traceId }).toMatchObject({
        runId,
        jobId: `shard-${runId}-${ordinal}`,
        traceId: TRACE_ID,
      });
    expect(servicesOf(collector.spans)).toEqual({
      "hairline-api": ["POST /v1/runs", "addBulk plan-run"],
      "hairline-scheduler": ["addBulk score-shard", "process plan-run", "run.plan"],
      "hairline-worker-gpu": ["process score-shard", "shard.commit", "shard.load", "shard.score"],
    });
    expect(orphans(collector.spans)).toEqual([]);

    const written = await queue.written();
    expect(written).toContain(runId);
    const places = {
      written,
      spans: collector.bodies(),
      output: site.output,
      ...Object.fromEntries(scrapes),
    };
    for (const role of ROLES) Object.assign(places, { [`log of ${role}`]: await site.log(role) });
    for (const [place, text] of Object.entries(places))
      expect([place, canariesIn(text)]).toEqual([place, []]);
  },
);

/** Names of the spans of the caller's trace, each once, by service. */
function servicesOf(spans: readonly ReceivedSpan[]): Record<string, string[]> {
  const found = new Map<string, Set<string>>();
  for (const { service, name, traceId } of spans) {
    if (traceId !== TRACE_ID) continue;
    found.set(service, (found.get(service) ?? new Set()).add(name));
  }
  return Object.fromEntries([...found].map(([service, names]) => [service, [...names].toSorted()]));
}

/** Spans of the caller's trace whose parent is neither the caller nor another span of it. */
function orphans(spans: readonly ReceivedSpan[]): string[] {
  const ours = spans.filter(({ traceId }) => traceId === TRACE_ID);
  const known = new Set(["00f067aa0ba902b7", ...ours.map(({ spanId }) => spanId)]);
  return ours.filter(({ parentSpanId }) => !known.has(parentSpanId)).map(({ name }) => name);
}
