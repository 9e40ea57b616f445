import { chmod, mkdir, readFile, readlink, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { temporaryFolder } from "@hairline/core/testing";
import { expect, test } from "vitest";

import { hydrate } from "../../../src/db/embedded/hydrate.ts";

/** The installed package's folder as it is when install scripts did not run. */
async function packageWithoutScripts(native: string): Promise<void> {
  await mkdir(join(native, "bin"), { recursive: true });
  await mkdir(join(native, "lib"));
  await writeFile(join(native, "lib/libpq.so.5.18"), "library");
  const links = ["libpq.so", "libpq.so.5"].map((name) => ({
    source: "native/lib/libpq.so.5.18",
    target: `native/lib/${name}`,
  }));
  await writeFile(join(native, "pg-symlinks.json"), JSON.stringify(links));
  for (const name of ["postgres", "initdb", "pg_ctl"]) {
    await writeFile(join(native, "bin", name), "");
    await chmod(join(native, "bin", name), 0o644);
  }
}

test("makes the links and execute bits that a skipped install script leaves out", async () => {
  await using folder = await temporaryFolder();
  // Renamed, as a staged copy is: the list's paths start with native/ all the same.
  const native = join(folder.path, "postgresql-18");
  await packageWithoutScripts(native);
  const runs = await Promise.all([hydrate(native), hydrate(native)]);
  expect([...runs, await hydrate(native)]).toEqual([true, true, true]);
  expect(await readlink(join(native, "lib/libpq.so.5"))).toBe("libpq.so.5.18");
  expect(await readFile(join(native, "lib/libpq.so"), "utf8")).toBe("library");
  expect((await stat(join(native, "bin/initdb"))).mode & 0o777).toBe(0o755);
});

test("leaves a package without a list of links alone", async () => {
  await using folder = await temporaryFolder();
  await packageWithoutScripts(folder.path);
  await writeFile(join(folder.path, "pg-symlinks.json"), "[]");
  expect(await hydrate(folder.path)).toBe(true);
});
