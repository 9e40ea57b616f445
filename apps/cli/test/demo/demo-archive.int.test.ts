import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "@hairline/core/testing";
import { expect, test } from "vitest";
import { provideArchive, type DemoArchiveOptions } from "../../src/demo/demo-archive.ts";

function options(folder: string, changes: Partial<DemoArchiveOptions> = {}): DemoArchiveOptions {
  return {
    folder,
    seed: 1,
    studies: 3,
    signal: new AbortController().signal,
    onProgress: () => undefined,
    ...changes,
  };
}

test("draws an archive once, with at least one damaged file", async () => {
  await using folder = await temporaryFolder();
  const drawn = await provideArchive(options(folder.path));
  expect(drawn).toMatchObject({ broken: 1, reused: false });
  const manifest = await readFile(drawn.manifestPath, "utf8");
  expect(manifest.trim().split("\n")).toHaveLength(1 + drawn.images);
  const { mtimeMs } = await stat(drawn.manifestPath);

  expect(await provideArchive(options(folder.path))).toEqual({ ...drawn, reused: true });
  expect((await stat(drawn.manifestPath)).mtimeMs).toBe(mtimeMs);
});

test("draws an interrupted archive again, to the same bytes", async () => {
  await using folder = await temporaryFolder();
  const interruption = new AbortController();
  const interrupted = provideArchive(
    options(folder.path, { signal: interruption.signal, onProgress: () => interruption.abort() }),
  );
  await expect(interrupted).rejects.toMatchObject({ code: "INTERRUPTED" });
  const drawn = await provideArchive(options(folder.path));
  expect(drawn.reused).toBe(false);

  const key = (await readFile(drawn.manifestPath, "utf8")).split("\n")[1]?.split(",")[0] ?? "";
  const first = await readFile(join(drawn.root, key));
  await rm(join(folder.path, "receipt.json"));
  await provideArchive(options(folder.path));
  expect(await readFile(join(drawn.root, key))).toEqual(first);
});

test.each([
  ["is of another seed", { seed: 2 }],
  ["is of another size", { studies: 4 }],
])("draws anew where the receipt %s", async (_name, changes) => {
  await using folder = await temporaryFolder();
  await provideArchive(options(folder.path, changes));
  expect((await provideArchive(options(folder.path))).reused).toBe(false);
});

test.each(["", "{", `{"seed":1}`])("draws anew where the receipt is damaged: %j", async (text) => {
  await using folder = await temporaryFolder();
  await provideArchive(options(folder.path));
  await writeFile(join(folder.path, "receipt.json"), text);
  expect((await provideArchive(options(folder.path))).reused).toBe(false);
});
