import { execFileSync } from "node:child_process";
import { chmod, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { openFilesystemStore, type ObjectStore } from "@hairline/core/storage";
import { temporaryFolder } from "@hairline/core/testing";
import { expect, test } from "vitest";

import { describeObjectStore } from "./contract/object-store.ts";

describeObjectStore("the file system", async () => {
  const folder = await temporaryFolder();
  const store = openFilesystemStore(join(folder.path, "made/on/first/put"));
  return { store, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
});

const OUTSIDE = { code: "PATH_OUTSIDE_ROOT" };
const bytes = new TextEncoder().encode("new");

/** root/ with an object and links; beside it secret/, which no call may reach. */
async function linkedFolders(path: string): Promise<{ store: ObjectStore; root: string; secret: string }> {
  const [root, secret] = [join(path, "root"), join(path, "secret")];
  await mkdir(join(root, "inner"), { recursive: true });
  await mkdir(secret);
  await writeFile(join(root, "inner/a"), "a");
  await writeFile(join(secret, "s"), "secret");
  await symlink("inner/a", join(root, "to-a"));
  await symlink("inner", join(root, "to-inner"));
  await symlink("../secret/s", join(root, "to-secret"));
  await symlink(secret, join(root, "out"));
  await symlink("nowhere", join(root, "broken"));
  await symlink(join(secret, "new"), join(root, "to-new"));
  return { store: openFilesystemStore(root), root, secret };
}

test("follows links that stay below the root", async () => {
  await using folder = await temporaryFolder();
  const { store } = await linkedFolders(folder.path);
  for (const key of ["to-a", "to-inner/a"]) expect(Buffer.from(await store.get(key)).toString()).toBe("a");
  await store.put("to-inner/b", bytes);
  expect(await store.exists("inner/b")).toBe(true);
});

test.for(["to-secret", "out/s", "out"])(
  "refuses to read %s, which a link puts outside the root",
  async (key) => {
    await using folder = await temporaryFolder();
    const { store } = await linkedFolders(folder.path);
    for (const call of [() => store.get(key), () => store.stat(key), () => store.exists(key)]) {
      await expect(call()).rejects.toMatchObject(OUTSIDE);
    }
  },
);

test("writes and deletes nothing behind a link that leads out", async () => {
  await using folder = await temporaryFolder();
  const { store, secret } = await linkedFolders(folder.path);
  await expect(store.put("out/new", bytes)).rejects.toMatchObject(OUTSIDE);
  await expect(store.put("out/deep/er/new", bytes)).rejects.toMatchObject(OUTSIDE);
  await expect(store.delete("out/s")).rejects.toMatchObject(OUTSIDE);
  expect(await readdir(secret)).toEqual(["s"]);
  expect(await readFile(join(secret, "s"), "utf8")).toBe("secret");
});

test("replaces and deletes a link itself, never what it points to", async () => {
  await using folder = await temporaryFolder();
  const { store, secret, root } = await linkedFolders(folder.path);
  await store.put("to-secret", bytes);
  await store.put("to-new", bytes);
  await store.delete("out");
  expect(await readFile(join(secret, "s"), "utf8")).toBe("secret");
  expect(await readdir(secret)).toEqual(["s"]);
  expect(await readFile(join(root, "to-new"), "utf8")).toBe("new");
});

test("refuses to make folders behind a link that leads nowhere", async () => {
  await using folder = await temporaryFolder();
  const { store, root } = await linkedFolders(folder.path);
  await expect(store.put("broken/a", bytes)).rejects.toMatchObject(OUTSIDE);
  expect(await readdir(root)).not.toContain("nowhere");
});

test("lists objects and links to objects, but no linked folders and nothing outside", async () => {
  await using folder = await temporaryFolder();
  const { store } = await linkedFolders(folder.path);
  const keys = [];
  for await (const { key } of store.list("")) keys.push(key);
  expect(keys).toEqual(["inner/a", "to-a"]);
});

test("takes a root that is itself a link", async () => {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, "real"));
  await symlink("real", join(folder.path, "link"));
  const store = openFilesystemStore(join(folder.path, "link"));
  await store.put("a/b", bytes);
  expect(await readFile(join(folder.path, "real/a/b"), "utf8")).toBe("new");
});

test("does not wait for a pipe's writer", async () => {
  await using folder = await temporaryFolder();
  execFileSync("mkfifo", [join(folder.path, "pipe")]);
  const store = openFilesystemStore(folder.path);
  await expect(store.get("pipe")).rejects.toMatchObject({ code: "IMAGE_FILE_MISSING" });
  expect(await store.exists("pipe")).toBe(false);
});

test.runIf(process.platform === "linux")("reads a file whose size the file system gives as 0", async () => {
  const store = openFilesystemStore("/proc/self");
  const status = Buffer.from(await store.get("status")).toString();
  expect(status).toContain("Name:");
  await expect(store.get("status", { maxBytes: 10 })).rejects.toMatchObject({ code: "IMAGE_TOO_LARGE" });
});

test("leaves no draft behind when a put fails", async () => {
  await using folder = await temporaryFolder();
  const store = openFilesystemStore(folder.path);
  await store.put("a/b", bytes);
  await expect(store.put("a", bytes)).rejects.toMatchObject({ code: "BAD_ARGUMENT", field: "key" });
  await expect(store.put("a/b/c", bytes)).rejects.toMatchObject({ code: "BAD_ARGUMENT", field: "key" });
  await expect(store.put("n".repeat(300), bytes)).rejects.toMatchObject({
    code: "BAD_ARGUMENT",
    field: "key",
  });
  expect(await readdir(folder.path)).toEqual(["a"]);
  expect(await readdir(join(folder.path, "a"))).toEqual(["b"]);
});

test("does not list the draft of a put that was killed", async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, ".draft-00000000-0000-4000-8000-000000000000"), "half");
  await writeFile(join(folder.path, ".draft-of-a-report"), "whole");
  const keys = [];
  for await (const { key } of openFilesystemStore(folder.path).list("")) keys.push(key);
  expect(keys).toEqual([".draft-of-a-report"]);
});

// Root may read every file; as root the same file is simply read.
test("reports a file that it may not read under its key", async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, "closed"), "closed");
  await chmod(join(folder.path, "closed"), 0o000);
  const got = openFilesystemStore(folder.path)
    .get("closed")
    .then(
      (read) => Buffer.from(read).toString(),
      (error: { code: string; message: string }) => `${error.code}: ${error.message}`,
    );
  const refused = "IMAGE_FILE_MISSING: closed cannot be read (EACCES)";
  expect(await got).toBe(process.getuid?.() === 0 ? "closed" : refused);
});
