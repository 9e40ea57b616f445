import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, cp, mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";

import { embeddedFailure } from "./failure.ts";

/**
 * Copies the server's programs to where its user can run them, unless they are there. The copy is made
 * beside its place and renamed, so one cut short is never used.
 */
export async function stagePrograms(native: string, target: string): Promise<void> {
  if (existsSync(target)) return;
  const draft = `${target}.${randomUUID()}`;
  try {
    await mkdir(dirname(target), { recursive: true });
    await cp(native, draft, { recursive: true, verbatimSymlinks: true });
    await openToAll(draft);
    await rename(draft, target);
  } catch (cause) {
    await rm(draft, { recursive: true, force: true });
    // Another process was faster.
    if (existsSync(target)) return;
    throw embeddedFailure(`the server's programs could not be copied: ${String(cause)}`, {
      cause,
      file: target,
      remedy: "Make the folder writable with 60 MB free, or set DATABASE_URL.",
    });
  }
}

/** Adds r for files and rx for folders and programs: the installed ones may carry a umask of 077. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) await chmod(path, 0o755);
    else if (entry.isFile()) await chmod(path, (await stat(path)).mode & 0o100 ? 0o755 : 0o644);
  }
}
