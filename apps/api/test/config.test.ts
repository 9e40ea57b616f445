import { describe, expect, it } from "vitest";
import { loadConfig } from "../src/config.ts";

const DATABASE_URL = "postgres://user@127.0.0.1/hairline";

describe("loadConfig", () => {
  it("listens on loopback by default", () => {
    expect(loadConfig({ DATABASE_URL })).toMatchObject({ host: "127.0.0.1", port: 8080, logLevel: "info" });
  });

  it("refuses to listen where strangers could reach it, and reports every bad variable at once", () => {
    const load = () => loadConfig({ HAIRLINE_API_HOST: "0.0.0.0", HAIRLINE_API_PORT: "70000" });
    expect(load).toThrow(
      expect.objectContaining({
        code: "BAD_CONFIG",
        field: "DATABASE_URL, HAIRLINE_API_HOST, HAIRLINE_API_PORT",
      }) as Error,
    );
  });
});
