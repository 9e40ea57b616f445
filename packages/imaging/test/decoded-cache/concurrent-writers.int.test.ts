import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "@hairline/core/testing";
import { describe, expect, it } from "vitest";
import { inspectCache, verifyCache } from "../../src/decoded-cache/index.ts";
import { fileNumbered, imageNumbered, mustNotDecode, openPart } from "./cache-fixture.ts";

const WRITER = fileURLToPath(new URL("writer-process.ts", import.meta.url));
const WRITERS = [0, 1, 2];
const IMAGES = 200;

/** Half of each writer's images are also its neighbour's. */
const numbersOf = (writer: number) =>
  Array.from({ length: IMAGES }, (_, index) => (writer * IMAGES) / 2 + index);

/** A process that has opened the cache and found it empty. */
async function startWriter(root: string): Promise<ChildProcess> {
  const child = fork(WRITER, [root], { execArgv: ["--conditions=development", "--import", "tsx"] });
  await once(child, "message");
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}

describe("processes that write to a cache at once", () => {
  it("lose nothing they wrote when they are killed", { timeout: 120_000 }, async () => {
    await using folder = await temporaryFolder();
    const root = folder.path;
    const writers = await Promise.all(WRITERS.map(() => startWriter(root)));
    const written = writers.map((child) => once(child, "message"));
    for (const [writer, child] of writers.entries()) {
      child.send({ numbers: numbersOf(writer), more: 10_000 * (writer + 1) });
    }
    for (const said of await Promise.all(written)) expect(said[0]).toEqual({ written: IMAGES });
    await Promise.all(writers.map(kill));

    await using opened = await openPart({ root });
    for (const number of WRITERS.flatMap(numbersOf)) {
      expect(await opened.part.load(fileNumbered(number), mustNotDecode)).toEqual(imageNumbered(number));
    }
    const [part] = await inspectCache(root);
    expect(part).toMatchObject({ packs: WRITERS.length });
    expect(await verifyCache(root)).toEqual({ sound: part?.records, damaged: 0 });
  });

  it("see in the next pass what the others wrote since", async () => {
    await using folder = await temporaryFolder();
    await using first = await openPart({ root: folder.path });
    await using second = await openPart({ root: folder.path });
    await first.part.load(fileNumbered(1), async () => imageNumbered(1));
    await first.part.flush();
    await expect(second.part.load(fileNumbered(1), mustNotDecode)).rejects.toThrow("decoded");
    await second.part.beginPass("second");
    expect(await second.part.load(fileNumbered(1), mustNotDecode)).toEqual(imageNumbered(1));
    await first.part.load(fileNumbered(2), async () => imageNumbered(2));
    await first.part.flush();
    await second.part.beginPass("third");
    expect(await second.part.load(fileNumbered(2), mustNotDecode)).toEqual(imageNumbered(2));
  });
});
