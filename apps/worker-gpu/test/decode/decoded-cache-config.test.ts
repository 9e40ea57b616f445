import { resolve } from "node:path";
import { DEFAULT_MAX_CACHE_BYTES } from "@hairline/imaging/decoded-cache";
import { describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config.ts";

const load = (variables: Record<string, string>) =>
  loadConfig({ DATABASE_URL: "postgres://127.0.0.1/hairline", HAIRLINE_HOME: "home", ...variables })
    .decodedCache;

describe("HAIRLINE_DECODED_CACHE", () => {
  it.each([
    ["is off by default", {}, undefined],
    ["can be off", { HAIRLINE_DECODED_CACHE: "off" }, undefined],
    ["is in the home when on", { HAIRLINE_DECODED_CACHE: "on" }, resolve("home/cache/decoded")],
    ["can be a folder", { HAIRLINE_DECODED_CACHE: "/data/decoded" }, "/data/decoded"],
    ["can be a folder here", { HAIRLINE_DECODED_CACHE: "./decoded" }, resolve("decoded")],
  ])("%s", (_name, variables, root) => {
    expect(load(variables)?.root).toBe(root);
  });

  it.each([
    [{}, DEFAULT_MAX_CACHE_BYTES],
    [{ HAIRLINE_DECODED_CACHE_MAX_BYTES: "67108864" }, 67_108_864],
  ])("is bounded by %o", (variables, maxBytes) => {
    expect(load({ HAIRLINE_DECODED_CACHE: "on", ...variables })?.maxBytes).toBe(maxBytes);
  });

  it.each([
    ["HAIRLINE_DECODED_CACHE", "true"],
    ["HAIRLINE_DECODED_CACHE", ""],
    ["HAIRLINE_DECODED_CACHE_MAX_BYTES", "20GB"],
    ["HAIRLINE_DECODED_CACHE_MAX_BYTES", "1000"],
  ])("%s refuses %j", (field, value) => {
    expect(() => load({ [field]: value })).toThrow(expect.objectContaining({ code: "BAD_CONFIG", field }));
  });
});
