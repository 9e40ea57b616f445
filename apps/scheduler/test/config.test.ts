import { describe, expect, it } from "vitest";
import { loadConfig } from "../src/config.ts";

const DATABASE_URL = "postgres://hairline@127.0.0.1/hairline";

describe("loadConfig", () => {
  it("queues on the database when there is no Redis", () => {
    expect(loadConfig({ DATABASE_URL })).toEqual({
      databaseUrl: DATABASE_URL,
      queue: { kind: "postgres", url: DATABASE_URL },
      reconcileIntervalMs: 15_000,
      completionIntervalMs: 500,
      rollupIntervalMs: 5_000,
      timerIntervalMs: 1_000,
      drainTimeoutMs: 15_000,
      logLevel: "info",
      telemetry: { metrics: undefined, traces: { endpoint: undefined, ratio: 1 } },
    });
  });

  it("queues on Redis when it is given", () => {
    expect(loadConfig({ DATABASE_URL, REDIS_URL: "rediss://queue:6380" }).queue).toEqual({
      kind: "redis",
      url: "rediss://queue:6380",
    });
  });

  it("names every bad variable at once, and none of their values", () => {
    const load = () =>
      loadConfig({
        DATABASE_URL: "mysql://u:hunter2@db/x",
        REDIS_URL: "hunter2",
        HAIRLINE_RECONCILE_INTERVAL_MS: "soon",
        HAIRLINE_LOG_LEVEL: "loud",
      });
    expect(load).toThrow(
      expect.objectContaining({
        code: "BAD_CONFIG",
        field: "DATABASE_URL, REDIS_URL, HAIRLINE_RECONCILE_INTERVAL_MS, HAIRLINE_LOG_LEVEL",
        message: expect.not.stringContaining("hunter2"),
      }),
    );
  });

  it.each([
    { HAIRLINE_RECONCILE_INTERVAL_MS: "0" },
    { HAIRLINE_COMPLETION_INTERVAL_MS: "-1" },
    { HAIRLINE_DRAIN_TIMEOUT_MS: "1.5" },
    { DATABASE_URL: "" },
  ])("refuses %j", (variables) => {
    expect(() => loadConfig({ DATABASE_URL, ...variables })).toThrow(
      expect.objectContaining({ code: "BAD_CONFIG", field: Object.keys(variables)[0] }),
    );
  });
});
