import { isDeepStrictEqual } from "node:util";
import { HairlineError } from "../errors.ts";
import type { BinaryLabel, ImageRecord } from "../study/index.ts";
import { rejectionOf, type Rejection } from "./archive-entry.ts";
import type { LocatedImage } from "./locate-images.ts";
import type { SeenImages } from "./seen-images.ts";

/** The stored image that one of a batch's images is: a row of import-match-images. */
export interface StoredImage {
  /** Which of the batch's images, from 1. */
  readonly ordinal: number;
  readonly id: number;
  readonly study_id: number;
  readonly label: BinaryLabel | null;
  readonly same_bytes: boolean;
  readonly same_facts: boolean;
}

export interface SortedBatch {
  readonly added: readonly LocatedImage[];
  readonly updated: readonly { readonly image: LocatedImage; readonly stored: StoredImage }[];
  readonly unchanged: readonly StoredImage[];
  readonly duplicates: number;
  readonly rejections: readonly Rejection[];
}

/**
 * Says of every image of a batch whether it is new, changed, unchanged, or listed a second time in this import.
 * The first listing counts: a second one with another label is a conflict, with another value a broken row.
 */
export function sortBatch(
  images: readonly LocatedImage[],
  stored: readonly StoredImage[],
  seen: SeenImages,
): SortedBatch {
  const matches = new Map(stored.map((match) => [match.ordinal, match]));
  const taken = new Map<string, ImageRecord>();
  const added: LocatedImage[] = [];
  const updated: { image: LocatedImage; stored: StoredImage }[] = [];
  const unchanged: StoredImage[] = [];
  const rejections: Rejection[] = [];
  let duplicates = 0;
  const repeat = (image: LocatedImage, first: { isSame: boolean; label: BinaryLabel | null }): void => {
    if (first.isSame) duplicates += 1;
    else rejections.push(repeatRejection(image, first.label));
  };
  for (const [index, image] of images.entries()) {
    const { record } = image;
    const match = matches.get(index + 1);
    const first = taken.get(record.objectKey);
    if (first !== undefined) {
      repeat(image, { isSame: isDeepStrictEqual(first, record), label: first.label });
      continue;
    }
    if (match !== undefined && seen.has(match.id)) {
      repeat(image, { isSame: match.same_facts, label: match.label });
      continue;
    }
    taken.set(record.objectKey, record);
    if (match === undefined) added.push(image);
    else if (match.same_facts && match.same_bytes) unchanged.push(match);
    else updated.push({ image, stored: match });
  }
  return { added, updated, unchanged, duplicates, rejections };
}

function repeatRejection(image: LocatedImage, firstLabel: BinaryLabel | null): Rejection {
  const { label, objectKey } = image.record;
  const place = { objectKey, line: image.line };
  const isConflict = label !== null && firstLabel !== null && label !== firstLabel;
  const error = isConflict
    ? new HairlineError(
        "ROW_LABEL_CONFLICT",
        `the row's label is ${label}, an earlier row says ${firstLabel}`,
      )
    : new HairlineError("ROW_INVALID", "an earlier row lists this path with other values");
  return rejectionOf(error, place);
}
