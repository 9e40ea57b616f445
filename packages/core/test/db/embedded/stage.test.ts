import { chmod, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { temporaryFolder } from "@hairline/core/testing";
import { expect, test } from "vitest";

import { stagePrograms } from "../../../src/db/embedded/stage.ts";

test("opens the copy to all users, whatever umask the programs were installed with", async () => {
  await using folder = await temporaryFolder();
  const native = join(folder.path, "native");
  await mkdir(join(native, "bin"), { recursive: true });
  await writeFile(join(native, "bin/postgres"), "program");
  await writeFile(join(native, "list.json"), "[]");
  await chmod(join(native, "bin/postgres"), 0o700);
  await chmod(join(native, "list.json"), 0o600);
  await chmod(join(native, "bin"), 0o700);
  const target = join(folder.path, "staging/postgresql-18");
  await Promise.all([stagePrograms(native, target), stagePrograms(native, target)]);
  const mode = async (path: string): Promise<string> =>
    ((await stat(join(target, path))).mode & 0o777).toString(8);
  expect([await mode(""), await mode("bin"), await mode("bin/postgres"), await mode("list.json")]).toEqual([
    "755",
    "755",
    "755",
    "644",
  ]);
  expect(await readFile(join(target, "bin/postgres"), "utf8")).toBe("program");
  expect(await readdir(join(folder.path, "staging"))).toEqual(["postgresql-18"]);
});

test("fails with a remedy and leaves nothing when the copy cannot be made", async () => {
  await using folder = await temporaryFolder();
  const target = join(folder.path, "postgresql-18");
  await expect(stagePrograms(join(folder.path, "missing"), target)).rejects.toMatchObject({
    code: "EMBEDDED_POSTGRES_FAILED",
    file: target,
  });
  expect(await readdir(folder.path)).toEqual([]);
});
