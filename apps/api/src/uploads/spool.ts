import { mkdtemp, open, rm, type FileHandle } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HairlineError } from "@hairline/core/errors";

/** A file on this computer's disk for as long as it is read. */
export interface SpooledFile extends AsyncDisposable {
  readonly handle: FileHandle;
  readonly byteSize: number;
}

/**
 * Writes what arrives to a file that nobody else can open: its name is taken away before the first byte, so that a
 * process that is killed leaves none.
 *
 * @throws HairlineError STORE_FULL; what the source throws
 */
export async function spool(chunks: AsyncIterable<Uint8Array>): Promise<SpooledFile> {
  const folder = await mkdtemp(join(tmpdir(), "hairline-upload-"));
  const handle = await open(join(folder, "upload"), "wx+", 0o600);
  // Windows cannot delete an open file.
  const unlinked = process.platform !== "win32";
  const removeName = (): Promise<void> => rm(folder, { recursive: true, force: true });
  const close = async (): Promise<void> => {
    await handle.close();
    if (!unlinked) await removeName();
  };
  try {
    if (unlinked) await removeName();
    const byteSize = await write(handle, chunks);
    return { handle, byteSize, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function write(handle: FileHandle, chunks: AsyncIterable<Uint8Array>): Promise<number> {
  let byteSize = 0;
  for await (const chunk of chunks) {
    await handle.writeFile(chunk).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOSPC" && error.code !== "EDQUOT") throw error;
      throw new HairlineError("STORE_FULL", `There is no room left in ${tmpdir()}.`, {
        field: "TMPDIR",
        remedy: "Make room there, or send images instead of a ZIP.",
        cause: error,
      });
    });
    byteSize += chunk.length;
  }
  return byteSize;
}
