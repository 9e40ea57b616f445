import { describe, expect, it } from "vitest";
import { checkReadiness } from "../src/probes/index.ts";

const never = () => new Promise<never>(() => {});

describe("checkReadiness", () => {
  it("is ready when every check answers", async () => {
    const checks = { database: async () => 1, queue: async () => undefined };
    expect(await checkReadiness(checks)).toEqual({ ready: true, failing: [] });
  });

  it("names the checks that fail, throw at once, or never answer", async () => {
    const checks = {
      database: () => Promise.reject(new Error("gone")),
      cache: () => {
        throw new Error("gone");
      },
      queue: never,
      store: async () => 1,
    };
    expect(await checkReadiness(checks, 20)).toEqual({
      ready: false,
      failing: ["database", "cache", "queue"],
    });
  });

  it("is ready without checks", async () => {
    expect(await checkReadiness({})).toEqual({ ready: true, failing: [] });
  });
});
