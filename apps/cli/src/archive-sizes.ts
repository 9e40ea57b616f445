import type { Database } from "@hairline/core/db";
import { HairlineError } from "@hairline/core/errors";
import type { Size } from "@hairline/core/localisation";
import { openObjectStore } from "@hairline/core/storage";
import { DEFAULT_DECODE_LIMITS, decodeImage, readImageHeader } from "@hairline/imaging/decode";

/** Reads the sizes of a dataset's images, as decoded, from their files. */
export async function archiveSizes(
  { pool }: Database,
  dataset: string,
): Promise<(objectKey: string) => Promise<Size>> {
  const { rows } = await pool.query<{ root: string }>("select root from dataset where name = $1", [dataset]);
  const root = rows[0]?.root ?? "";
  // Predictions imported for no archive have no files.
  if (root === "") {
    return () =>
      Promise.reject(
        new HairlineError("IMAGE_FILE_MISSING", "The dataset has no archive to read files from."),
      );
  }
  const archive = openObjectStore(root);
  return async (objectKey) => {
    const bytes = await archive.get(objectKey, { maxBytes: DEFAULT_DECODE_LIMITS.maxBytes });
    const header = readImageHeader(bytes);
    // The orientation tag of a TIFF turns its pixels; the header gives them unturned.
    const { width, height } = header.format === "tiff" ? await decodeImage(bytes) : header;
    return { width, height };
  };
}
