import { availableParallelism } from "node:os";
import { describe, expect, it } from "vitest";
import { loadConfig } from "../src/config.ts";

const DATABASE_URL = "postgres://hairline@localhost:5432/hairline";

describe("loadConfig", () => {
  it("chooses defaults for what is absent", () => {
    expect(loadConfig({ DATABASE_URL, HAIRLINE_HOME: "/var/lib/hairline" })).toEqual({
      databaseUrl: DATABASE_URL,
      queue: { kind: "postgres", url: DATABASE_URL },
      objectsRoot: "/var/lib/hairline/objects",
      engine: { engine: "cpu", gpu: undefined, unverified: undefined },
      threads: {
        cores: availableParallelism(),
        libuvThreads: 4,
        batchSize: undefined,
        decodeThreads: undefined,
        inferThreads: undefined,
      },
      limits: { maxBytes: 256 * 1024 * 1024, maxPixels: 100_000_000, decodeTimeoutMs: 30_000 },
      drainTimeoutMs: 15_000,
      lockMs: 20_000,
      databaseAnswerMs: 60_000,
      heartbeatMs: 5_000,
      logLevel: "info",
      telemetry: { metrics: undefined, traces: { endpoint: undefined, ratio: 1 } },
    });
  });

  it("takes jobs from Redis when there is one", () => {
    const config = loadConfig({ DATABASE_URL, REDIS_URL: "redis://localhost:6379" });
    expect(config.queue).toEqual({ kind: "redis", url: "redis://localhost:6379" });
  });

  it("reads counts, and auto as absent", () => {
    const config = loadConfig({
      DATABASE_URL,
      HAIRLINE_CORES: "8",
      HAIRLINE_BATCH_SIZE: "16",
      HAIRLINE_DECODE_THREADS: "auto",
      HAIRLINE_INFER_THREADS: "6",
    });
    expect(config.threads).toMatchObject({
      cores: 8,
      batchSize: 16,
      decodeThreads: undefined,
      inferThreads: 6,
    });
  });

  it("reads the engine, its GPU and the override", () => {
    const config = loadConfig({
      DATABASE_URL,
      HAIRLINE_ENGINE: "webgpu",
      HAIRLINE_GPU: "1",
      HAIRLINE_ENGINE_UNVERIFIED: "allow",
    });
    expect(config.engine).toEqual({ engine: "webgpu", gpu: 1, unverified: "allow" });
  });

  it.each([
    ["HAIRLINE_ENGINE", "abacus"],
    ["HAIRLINE_GPU", "-1"],
    ["HAIRLINE_HEARTBEAT_MS", "0"],
    ["HAIRLINE_ENGINE_UNVERIFIED", "true"],
  ])("refuses %s=%s", (name, value) => {
    expect(() => loadConfig({ DATABASE_URL, [name]: value })).toThrow(
      expect.objectContaining({ code: "BAD_CONFIG", field: name }),
    );
  });

  it("names every bad variable at once", () => {
    const load = () =>
      loadConfig({
        DATABASE_URL: "mysql://localhost/x",
        REDIS_URL: "localhost",
        HAIRLINE_BATCH_SIZE: "many",
        HAIRLINE_DECODE_THREADS: "0",
        HAIRLINE_DRAIN_TIMEOUT_MS: "",
        HAIRLINE_LOG_LEVEL: "loud",
      });
    expect(load).toThrow(
      expect.objectContaining({
        code: "BAD_CONFIG",
        field:
          "DATABASE_URL, REDIS_URL, HAIRLINE_BATCH_SIZE, HAIRLINE_DECODE_THREADS, HAIRLINE_DRAIN_TIMEOUT_MS, HAIRLINE_LOG_LEVEL",
      }),
    );
  });

  it("does not start without a database", () => {
    expect(() => loadConfig({})).toThrow(
      expect.objectContaining({ code: "BAD_CONFIG", field: "DATABASE_URL" }),
    );
  });
});
