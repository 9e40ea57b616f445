import type { ImageRecord } from "../study/index.ts";
import { rejectionOf, type ArchiveEntry, type Rejection } from "./archive-entry.ts";
import type { FileLookup, ImageFile } from "./image-files.ts";

/** An image whose file is there. */
export interface LocatedImage {
  readonly record: ImageRecord;
  readonly line: number | null;
  readonly file: ImageFile;
}

/** A part of an archive with its files looked up, in the archive's order. */
export interface LocatedImages {
  readonly images: readonly LocatedImage[];
  readonly rejections: readonly Rejection[];
}

export type ListedEntry = Exclude<ArchiveEntry, { readonly kind: "ignored" }>;

/** File lookups under way at once: enough to hide a network file system's latency. */
const LOOKUPS_AT_ONCE = 32;

/** Looks up every image's file; one that is not there becomes a rejection. */
export async function locateImages(
  entries: readonly ListedEntry[],
  files: FileLookup,
  signal?: AbortSignal,
): Promise<LocatedImages> {
  const found: (LocatedImage | Rejection)[] = [];
  const queue = entries.entries();
  const lookUp = async (): Promise<void> => {
    for (const [index, entry] of queue) {
      signal?.throwIfAborted();
      found[index] = entry.kind === "rejected" ? entry.rejection : await locate(entry, files);
    }
  };
  await Promise.all(Array.from({ length: LOOKUPS_AT_ONCE }, lookUp));
  const images: LocatedImage[] = [];
  const rejections: Rejection[] = [];
  for (const result of found) {
    if ("code" in result) rejections.push(result);
    else images.push(result);
  }
  return { images, rejections };
}

async function locate(
  { record, line, file }: Extract<ArchiveEntry, { readonly kind: "image" }>,
  files: FileLookup,
): Promise<LocatedImage | Rejection> {
  try {
    return { record, line, file: file ?? (await files.find(record.objectKey)) };
  } catch (error) {
    return rejectionOf(error, { objectKey: record.objectKey, line });
  }
}
