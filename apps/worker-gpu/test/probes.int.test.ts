import { startRedis } from "@hairline/core/testing";
import { expect, test } from "vitest";
import { openCutProxy } from "./fixtures/cut-proxy.ts";
import { openScoringSite, soundFiles } from "./fixtures/scoring-site.ts";
import { startWorkerProcess, type WorkerProcess } from "./fixtures/worker-process.ts";

const PATIENCE = { timeout: 120_000, interval: 100 };

function probe({ output }: WorkerProcess, path: string): Promise<Response> {
  const line = output()
    .split("\n")
    .find((each) => each.includes("metrics and probes are served"));
  const { port } = JSON.parse(line ?? "{}") as { port: number };
  return fetch(`http://127.0.0.1:${port}${path}`);
}

test("a worker stays alive and says what is away while a server is down, and is ready when it is back", async () => {
  await using site = await openScoringSite(await soundFiles(1));
  await using redis = await startRedis();
  await using database = await openCutProxy(site.database.url);
  await using worker = await startWorkerProcess(
    site,
    { kind: "redis", url: redis.url },
    { DATABASE_URL: database.url, HAIRLINE_METRICS_PORT: "0", HAIRLINE_LOG_LEVEL: "info" },
  );
  const readiness = async () => {
    const answer = await probe(worker, "/readyz");
    return [answer.status, await answer.json()] as const;
  };
  const READY = [200, { status: "ready" }];
  await expect.poll(readiness, PATIENCE).toEqual(READY);

  await redis.kill();
  await expect.poll(readiness, PATIENCE).toEqual([503, { status: "unready", failing: ["queue"] }]);
  expect((await probe(worker, "/healthz")).status).toBe(200);
  await redis.restart();
  await expect.poll(readiness, PATIENCE).toEqual(READY);

  database.swallow();
  await expect.poll(readiness, PATIENCE).toEqual([503, { status: "unready", failing: ["database"] }]);
  expect((await probe(worker, "/healthz")).status).toBe(200);
  expect((await probe(worker, "/metrics")).status).toBe(200);
  database.mend();
  await expect.poll(readiness, PATIENCE).toEqual(READY);
});
