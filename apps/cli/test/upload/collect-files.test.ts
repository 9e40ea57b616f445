import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "@hairline/core/testing";
import { expect, it } from "vitest";
import { collectFiles } from "../../src/upload/collect-files.ts";

it("takes files as they are named and folders in order, and counts what it leaves out", async () => {
  await using folder = await temporaryFolder();
  const at = (name: string) => join(folder.path, name);
  await mkdir(at("study/.cache"), { recursive: true });
  for (const name of ["study/b.png", "study/a.png", "study/.DS_Store", "study/.cache/c.png", ".first"])
    await writeFile(at(name), "x");
  await symlink("/etc/passwd", at("study/link.png"));
  const { files, leftOut } = await collectFiles([at(".first"), at("study")]);
  expect(files).toEqual([
    { path: at(".first"), name: ".first", byteSize: 1 },
    { path: at("study/a.png"), name: "a.png", byteSize: 1 },
    { path: at("study/b.png"), name: "b.png", byteSize: 1 },
  ]);
  expect(leftOut).toBe(3);
});

it("refuses what is not there, and folders of nothing", async () => {
  await using folder = await temporaryFolder();
  const missing = join(folder.path, "none.png");
  await expect(collectFiles([missing])).rejects.toMatchObject({ code: "ARCHIVE_NOT_FOUND", file: missing });
  await expect(collectFiles([folder.path])).rejects.toMatchObject({ code: "BAD_ARGUMENT" });
});
