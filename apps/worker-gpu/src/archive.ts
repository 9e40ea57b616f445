import { access } from "node:fs/promises";
import { HairlineError, isHairlineError } from "@hairline/core/errors";
import { isS3Url, openObjectStore, type ObjectStat, type ObjectStore } from "@hairline/core/storage";
import type { ImageLimits } from "./config.ts";

export interface ArchiveFile {
  readonly objectKey: string;
  /** As it was imported; undefined where the import did not see the file. */
  readonly imported: ObjectStat | undefined;
}

/** Reads the images of one dataset. */
export interface ArchiveReader {
  /**
   * @throws HairlineError IMAGE_FILE_MISSING, IMAGE_TOO_LARGE, IMAGE_UNREADABLE, IMAGE_CHANGED, PATH_OUTSIDE_ROOT for
   *   the one image; ARCHIVE_NOT_FOUND when the whole archive is gone
   */
  read(file: ArchiveFile, signal: AbortSignal): Promise<Uint8Array>;
}

export function openArchive(root: string, limits: ImageLimits): ArchiveReader {
  const store = openObjectStore(root);
  return {
    async read({ objectKey, imported }, signal) {
      try {
        return await store.get(objectKey, { signal, maxBytes: limits.maxBytes, expected: imported });
      } catch (error) {
        if (isHairlineError(error) && error.code === "IMAGE_FILE_MISSING") await requireRoot(root, store);
        throw error;
      }
    },
  };
}

/** An archive that is not mounted would otherwise put every one of its images into quarantine. */
async function requireRoot(root: string, store: ObjectStore): Promise<void> {
  if (isS3Url(root)) {
    for await (const _ of store.list("")) return;
    throw archiveGone(root);
  }
  await access(root).catch((cause: unknown) => {
    throw archiveGone(root, cause);
  });
}

function archiveGone(root: string, cause?: unknown): HairlineError {
  return new HairlineError("ARCHIVE_NOT_FOUND", "The archive's folder is not there.", {
    file: root,
    remedy: "Mount or restore the archive, then score again.",
    cause,
  });
}
