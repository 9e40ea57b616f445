import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { loadConfig } from "../src/config.ts";

describe("loadConfig", () => {
  it("stands on embedded defaults when nothing is set", () => {
    expect(loadConfig({})).toMatchObject({
      home: resolve(".hairline"),
      databaseUrl: undefined,
      redisUrl: undefined,
      decodedCacheRoot: resolve(".hairline/cache/decoded"),
      color: true,
    });
  });

  it("reports every bad variable at once", () => {
    const load = () => loadConfig({ DATABASE_URL: "mysql://x", REDIS_URL: "not a url", HAIRLINE_HOME: "" });
    expect(load).toThrow(
      expect.objectContaining({
        code: "BAD_CONFIG",
        field: "HAIRLINE_HOME, DATABASE_URL, REDIS_URL",
      }) as Error,
    );
  });
});
