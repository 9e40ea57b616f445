import { writeFile } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "@hairline/core/testing";
import { describe, expect, it } from "vitest";
import { OpenFiles } from "../../src/decoded-cache/open-files.ts";

/** -1 once closed. */
const descriptorOf = async (handle: FileHandle) => handle;

async function writeNames(folder: string, names: readonly string[]): Promise<string[]> {
  const paths = names.map((name) => join(folder, name));
  for (const path of paths) await writeFile(path, path);
  return paths;
}

describe("OpenFiles", () => {
  it("closes the file that was used longest ago", async () => {
    await using folder = await temporaryFolder();
    const [a, b, c] = await writeNames(folder.path, ["a", "b", "c"]);
    const files = new OpenFiles(2);
    const first = await files.use(a!, descriptorOf);
    const second = await files.use(b!, descriptorOf);
    await files.use(a!, descriptorOf);
    await files.use(c!, descriptorOf);
    expect([first.fd === -1, second.fd === -1]).toEqual([false, true]);
    await files.close();
    expect(first.fd).toBe(-1);
  });

  it("closes no file that is being read, and closes it after", async () => {
    await using folder = await temporaryFolder();
    const [path] = await writeNames(folder.path, ["a"]);
    const files = new OpenFiles(1);
    const handle = await files.use(path!, async (opened) => {
      await files.close();
      expect(await opened.readFile("utf8")).toBe(path);
      return opened;
    });
    expect(handle.fd).toBe(-1);
  });

  it("tries a file again that could not be opened", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "later");
    const files = new OpenFiles(1);
    await expect(files.use(path, descriptorOf)).rejects.toMatchObject({ code: "ENOENT" });
    await writeFile(path, "there");
    expect(await files.use(path, (handle) => handle.readFile("utf8"))).toBe("there");
    await files.close();
  });
});
