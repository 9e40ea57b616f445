import { describe, expect, it } from "vitest";
import { loadConfig } from "../src/config.ts";

const DATABASE_URL = "postgres://user@127.0.0.1/hairline";

describe("loadConfig", () => {
  it("listens on loopback by default", () => {
    expect(loadConfig({ DATABASE_URL })).toMatchObject({ host: "127.0.0.1", port: 8080, logLevel: "info" });
  });

  it("reports every bad variable at once", () => {
    const load = () => loadConfig({ HAIRLINE_API_PORT: "70000", HAIRLINE_LOG_LEVEL: "loud" });
    expect(load).toThrow(
      expect.objectContaining({
        code: "BAD_CONFIG",
        field: "DATABASE_URL, HAIRLINE_API_PORT, HAIRLINE_LOG_LEVEL",
      }) as Error,
    );
  });

  it.each(["127.0.0.1", "127.1.2.3", "::1", "localhost"])("may be open on %s", (host) => {
    const config = loadConfig({ DATABASE_URL, HAIRLINE_API_HOST: host, HAIRLINE_API_OPEN: "loopback" });
    expect(config.open).toBe(true);
  });

  it.each(["0.0.0.0", "::", "10.0.0.1", "127.evil.example", "localhost.evil.example"])(
    "is never open on %s, but may listen there with keys",
    (host) => {
      expect(() =>
        loadConfig({ DATABASE_URL, HAIRLINE_API_HOST: host, HAIRLINE_API_OPEN: "loopback" }),
      ).toThrow(expect.objectContaining({ code: "BAD_CONFIG", field: "HAIRLINE_API_OPEN" }) as Error);
      expect(loadConfig({ DATABASE_URL, HAIRLINE_API_HOST: host })).toMatchObject({ host, open: false });
    },
  );

  it("reads archive roots as a list", () => {
    const { archiveRoots } = loadConfig({ DATABASE_URL, HAIRLINE_ARCHIVE_ROOTS: "/data/a, s3://b/c,," });
    expect(archiveRoots).toEqual(["/data/a", "s3://b/c"]);
  });

  describe("of OIDC", () => {
    const OIDC = {
      DATABASE_URL,
      HAIRLINE_OIDC_ISSUER: "https://id.example",
      HAIRLINE_OIDC_AUDIENCE: "hairline",
      HAIRLINE_OIDC_JWKS_URL: "https://id.example/jwks",
    };

    it("takes issuer, audience and keys together", () => {
      expect(loadConfig(OIDC).oidc).toMatchObject({ issuer: "https://id.example", scopePrefix: "hairline:" });
      expect(loadConfig({ DATABASE_URL }).oidc).toBeUndefined();
      const { HAIRLINE_OIDC_AUDIENCE: _audience, ...partly } = OIDC;
      expect(() => loadConfig(partly)).toThrow(
        expect.objectContaining({ code: "BAD_CONFIG", field: "HAIRLINE_OIDC_AUDIENCE" }) as Error,
      );
    });

    it("refuses keys over plain HTTP from another computer", () => {
      const load = (url: string) => () => loadConfig({ ...OIDC, HAIRLINE_OIDC_JWKS_URL: url });
      expect(load("http://id.example/jwks")).toThrow(
        expect.objectContaining({ field: "HAIRLINE_OIDC_JWKS_URL" }) as Error,
      );
      expect(load("http://127.0.0.1:9/jwks")).not.toThrow();
    });
  });
});
