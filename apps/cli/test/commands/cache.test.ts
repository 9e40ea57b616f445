import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { temporaryFolder } from "@hairline/core/testing";
import { DecodedCache } from "@hairline/imaging/decoded-cache";
import { IMAGENET_PREPROCESSING } from "@hairline/imaging/preprocess";
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { registerCache } from "../../src/commands/cache.ts";
import { loadConfig } from "../../src/config.ts";
import { createOutput } from "../../src/output.ts";

const IMAGES = 3;
const SIZE = 16;

/** Runs `hairline cache …` and gives what it wrote on stdout. */
async function cache(environment: Record<string, string>, ...args: string[]): Promise<string> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const program = new Command("hairline").exitOverride();
  registerCache(program, {
    config: loadConfig(environment),
    output: createOutput({ stdout, stderr }, { color: false }),
    signal: new AbortController().signal,
    openStack: () => Promise.reject(new Error("the cache needs no database")),
  });
  await program.parseAsync(["cache", ...args], { from: "user" });
  stdout.end();
  return text(stdout);
}

/** Keeps grey images, as a worker does. */
async function fillCache(root: string): Promise<void> {
  await using opened = new DecodedCache({ root });
  const preprocessing = { ...IMAGENET_PREPROCESSING, inputSize: SIZE };
  const part = opened.for({ preprocessing, maxPixels: 1_000_000 });
  for (let number = 0; number < IMAGES; number += 1) {
    const data = new Uint8Array(SIZE * SIZE).fill(number);
    await part.load(Buffer.from(`file ${number}`), async () => ({ channels: 1, size: SIZE, data }));
  }
}

async function damageFirstRecord(root: string): Promise<void> {
  const [part] = await readdir(root);
  const pixels = (await readdir(join(root, part!))).find((name) => name.endsWith(".pixels"));
  const path = join(root, part!, pixels!);
  const bytes = await readFile(path);
  await writeFile(path, bytes.fill(255, 0, 1));
}

describe("hairline cache", () => {
  it("says what the cache in the home holds, and clears it", async () => {
    await using home = await temporaryFolder();
    const environment = { HAIRLINE_HOME: home.path };
    const folder = join(home.path, "cache/decoded");
    await fillCache(folder);
    // 256 bytes of pixels and 64 of index for each.
    const bytes = IMAGES * (SIZE * SIZE + 64);
    expect(JSON.parse(await cache(environment, "--json"))).toEqual({
      folder,
      records: IMAGES,
      packs: 1,
      bytes,
      parts: [
        {
          fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
          records: IMAGES,
          packs: 1,
          bytes,
          last_used: expect.any(String) as string,
        },
      ],
    });
    expect(await cache(environment)).toContain("3 decoded images");
    expect(JSON.parse(await cache(environment, "clear", "--json"))).toEqual({ folder, removed_bytes: bytes });
    expect(JSON.parse(await cache(environment, "--json"))).toMatchObject({ records: 0, parts: [] });
    expect(await cache(environment, "clear")).toContain("removed 0 GB");
  });

  it("takes damaged records out of a cache in a folder that was named", async () => {
    await using folder = await temporaryFolder();
    await fillCache(folder.path);
    await damageFirstRecord(folder.path);
    const environment = { HAIRLINE_DECODED_CACHE: folder.path };
    expect(JSON.parse(await cache(environment, "verify", "--json"))).toEqual({ sound: 2, damaged: 1 });
    expect(await cache(environment, "verify")).toContain("2 records are sound; 0 were damaged");
  });
});
