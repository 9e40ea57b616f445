import { createTestDatabase, startRedis } from "@hairline/core/testing";
import { pino } from "pino";
import { expect, test } from "vitest";
import { loadConfig } from "../src/config.ts";
import { startScheduler } from "../src/scheduler.ts";

const PATIENCE = { timeout: 120_000, interval: 100 };

test("a scheduler is alive but not ready while its queue is down, and counts the turns that fail", async () => {
  await using database = await createTestDatabase();
  await using redis = await startRedis();
  let port = 0;
  const destination = {
    write(line: string) {
      const told = JSON.parse(line) as { msg: string; port?: number };
      if (told.msg === "metrics and probes are served") port = told.port ?? 0;
    },
  };
  const config = loadConfig({
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    HAIRLINE_METRICS_PORT: "0",
    HAIRLINE_RECONCILE_INTERVAL_MS: "100",
  });
  const scheduler = await startScheduler(config, pino({}, destination));
  try {
    const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
    const status = async (path: string) => (await get(path)).status;
    const metrics = async () => (await get("/metrics")).text();
    await expect.poll(() => status("/readyz"), PATIENCE).toBe(200);
    await expect
      .poll(metrics, PATIENCE)
      .toMatch(/^hairline_scheduler_turn_seconds_count\{loop="reconcile"\} [1-9]/m);

    await redis.kill();
    await expect.poll(() => status("/readyz"), PATIENCE).toBe(503);
    expect(await status("/healthz")).toBe(200);
    await expect
      .poll(metrics, PATIENCE)
      .toMatch(/^hairline_scheduler_turn_failures_total\{loop="reconcile",code="QUEUE_UNAVAILABLE"\} [1-9]/m);

    await redis.restart();
    await expect.poll(() => status("/readyz"), PATIENCE).toBe(200);
  } finally {
    await scheduler.close({ drainMs: 0 });
  }
});
