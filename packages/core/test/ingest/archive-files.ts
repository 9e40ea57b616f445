import { mkdir, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** A 1 × 1 grey PNG: the smallest file that is an image. */
export const PNG_1X1 = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==",
  "base64",
);

/** Writes files below a folder, making their folders: PNGs, or the content given. */
export async function writeFiles(
  root: string,
  files: readonly string[] | Readonly<Record<string, string | Uint8Array>>,
): Promise<void> {
  const contents = Array.isArray(files)
    ? Object.fromEntries((files as string[]).map((file) => [file, PNG_1X1]))
    : (files as Record<string, string | Uint8Array>);
  for (const [file, content] of Object.entries(contents)) {
    const path = join(root, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
}

/** Sets a file's time, so that a test need not wait for the clock. */
export async function touch(path: string, time: string): Promise<void> {
  await utimes(path, new Date(time), new Date(time));
}
