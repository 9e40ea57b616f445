import { describe, expect, test } from "vitest";
import { ENGINE_NAMES, ENGINES, probeEngine } from "@hairline/model/engine";

const child = (name: string): URL => new URL(`./${name}.ts`, import.meta.url);

describe("probeEngine", () => {
  test.each([
    ["cpu", "cpu", "1.30.0"],
    ["tfjs", "wasm", "4.22.0"],
  ] as const)("runs a network on %s", async (engine, device, version) => {
    expect(await probeEngine(engine)).toEqual({
      engine,
      title: ENGINES[engine].title,
      available: true,
      version,
      device,
      reason: null,
      notes: [],
      precisions: ENGINES[engine].precisions,
      howToInstall: ENGINES[engine].howToInstall,
    });
  });

  test("survives a driver that ends its process, and repeats its last words", async () => {
    const report = await probeEngine("cuda", { child: child("aborts") });
    expect(report).toMatchObject({ available: false, version: null, device: null });
    expect(report.reason).toBe("Its process was ended by SIGSEGV: driver: out of luck");
  });

  test("ends a driver that hangs", async () => {
    const report = await probeEngine("cuda", { child: child("hangs"), timeoutMs: 200 });
    expect(report).toMatchObject({ available: false, reason: "It did not answer within 0.2 s." });
  });

  test("takes the answer of a driver that ends badly afterwards", async () => {
    const report = await probeEngine("webgpu", { child: child("answers-then-aborts") });
    expect(report).toMatchObject({ available: true, device: "toy", version: "1.0.0", reason: null });
  });

  test("names the library that was not found", async () => {
    const report = await probeEngine("cuda", { child: child("lacks-library") });
    expect(report).toMatchObject({
      available: false,
      reason: "Failed to load shared library. Not found: libcudnn.so.9.",
    });
  });
});

test("every engine is in the catalogue under its own name", () => {
  expect(ENGINE_NAMES.map((name) => ENGINES[name].name)).toEqual([...ENGINE_NAMES]);
});
