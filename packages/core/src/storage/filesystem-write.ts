import { randomUUID } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";

import { HairlineError } from "../errors.ts";
import { realPathBelow, pathOf } from "./filesystem-path.ts";
import { storeFull } from "./object-failure.ts";
import { keyParts, outsideRoot } from "./object-key.ts";

const DRAFT_PREFIX = ".draft-";

/** A file that a put has not finished, or left behind when it was killed. */
export function isDraft(name: string): boolean {
  return /^\.draft-[0-9a-f]{8}-[0-9a-f-]{27}$/.test(name);
}

/**
 * Writes beside the place, flushes, renames, and flushes the folder: readers see all bytes or none of them,
 * also after a power failure.
 */
export async function writeObject(
  root: string,
  key: string,
  bytes: Uint8Array | AsyncIterable<Uint8Array>,
): Promise<void> {
  const parts = keyParts(key);
  const name = parts.pop() ?? "";
  try {
    const folder = await makeFolder(root, parts, key);
    const draft = join(folder, `${DRAFT_PREFIX}${randomUUID()}`);
    try {
      await writeFlushed(draft, bytes);
      await rename(draft, join(folder, name));
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
    await flushFolder(folder);
  } catch (error) {
    throw asPlacingFailure(error, key);
  }
}

/** Makes the key's folders one by one, so that none is made behind a link that leads out. */
async function makeFolder(root: string, parts: readonly string[], key: string): Promise<string> {
  await mkdir(root, { recursive: true });
  for (let depth = 1; depth <= parts.length; depth++) {
    const some = parts.slice(0, depth);
    if ((await realPathBelow(root, some, key)) !== undefined) continue;
    await mkdir(pathOf(root, some)).catch((error: NodeJS.ErrnoException) => {
      // Another put made it; or a link that leads nowhere, which the next step finds.
      if (error.code !== "EEXIST") throw error;
    });
  }
  const folder = await realPathBelow(root, parts, key);
  if (folder === undefined) throw outsideRoot(key);
  return folder;
}

async function writeFlushed(path: string, bytes: Uint8Array | AsyncIterable<Uint8Array>): Promise<void> {
  const file = await open(path, "wx");
  try {
    // writeFile goes on from where the last one ended.
    if (bytes instanceof Uint8Array) await file.writeFile(bytes);
    else for await (const chunk of bytes) await file.writeFile(chunk);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function flushFolder(folder: string): Promise<void> {
  // Windows opens no folders; its file system journals the rename.
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function asPlacingFailure(error: unknown, key: string): unknown {
  const { code = "" } = error as NodeJS.ErrnoException;
  if (["ENOSPC", "EDQUOT", "EFBIG"].includes(code)) return storeFull(key, error);
  if (!["ENOTDIR", "EISDIR", "EEXIST", "ENOTEMPTY", "ENAMETOOLONG"].includes(code)) return error;
  return new HairlineError("BAD_ARGUMENT", `${key} cannot be stored (${code})`, {
    field: "key",
    cause: error,
    remedy: "Choose a key of names up to 255 bytes, none of them that of a stored object's folder.",
  });
}
