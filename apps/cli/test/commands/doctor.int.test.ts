import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { createTestDatabase } from "@hairline/core/testing";
import { Command } from "commander";
import { registerDoctor } from "../../src/commands/doctor.ts";
import { loadConfig } from "../../src/config.ts";
import { createOutput } from "../../src/output.ts";

/** Runs `hairline doctor …` on an environment and gives what it wrote on stdout. */
async function doctor(environment: Record<string, string>, ...args: string[]): Promise<string> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const program = new Command("hairline").exitOverride();
  registerDoctor(program, {
    config: loadConfig(environment),
    output: createOutput({ stdout, stderr }, { color: false }),
    signal: new AbortController().signal,
    openStack: () => Promise.reject(new Error("the given database is not to be migrated")),
  });
  await program.parseAsync(["doctor", ...args], { from: "user" });
  stdout.end();
  return text(stdout);
}

interface Report {
  readonly machine: { readonly cores: number };
  readonly images: { readonly sharp: string };
  readonly database: unknown;
  readonly queue: unknown;
  readonly engines: readonly { readonly engine: string }[];
}

describe("hairline doctor", () => {
  test("reports the servers, the libraries and every engine as JSON", async () => {
    await using database = await createTestDatabase();
    const report = JSON.parse(await doctor({ DATABASE_URL: database.url }, "--json")) as Report;
    expect(report.machine.cores).toBeGreaterThan(0);
    expect(report.images.sharp).toBe("0.35.5");
    expect(report.database).toMatchObject({ available: true, version: expect.stringMatching(/^18\./) });
    expect(report.queue).toMatchObject({ kind: "queue on PostgreSQL at DATABASE_URL", available: true });
    expect(report.engines.map(({ engine }) => engine)).toEqual(["cpu", "webgpu", "cuda", "tensorrt", "tfjs"]);
    expect(report.engines[0]).toMatchObject({
      available: true,
      version: "1.30.0",
      device: "cpu",
      reason: null,
    });
    for (const engine of report.engines)
      expect(engine).toMatchObject({ how_to_install: expect.stringMatching(/\w/) as string });
  });

  test("says which server does not answer, without its password, and goes on", async () => {
    const shown = await doctor({
      DATABASE_URL: "postgres://user:secret@127.0.0.1:1/hairline",
      REDIS_URL: "redis://:secret@127.0.0.1:1",
    });
    expect(shown).toMatch(/database +PostgreSQL at DATABASE_URL does not answer: DATABASE_UNAVAILABLE/);
    expect(shown).toMatch(/queue +queue on Redis at REDIS_URL does not answer: QUEUE_UNAVAILABLE/);
    expect(shown).toMatch(/^ cpu +ready +ONNX Runtime, CPU +1\.30\.0 +cpu/m);
    expect(shown).not.toContain("secret");
  });
});
