import type { ImageFilter } from "../readings/index.ts";

/** A set of images as it is kept on record: an archive by name, and what was asked of it. */
export interface ImageSelection {
  readonly dataset: string;
  readonly filter?: ImageFilter | undefined;
}

/** The filter as stored: null takes all. */
export interface StoredFilter {
  readonly splits: readonly string[] | null;
  readonly bodyParts: readonly string[] | null;
}

export function storedFilter(filter: ImageFilter | undefined): StoredFilter {
  return { splits: filter?.splits ?? null, bodyParts: filter?.bodyParts ?? null };
}

export function imageFilter({ splits, bodyParts }: StoredFilter): ImageFilter {
  return { ...(splits === null ? {} : { splits }), ...(bodyParts === null ? {} : { bodyParts }) };
}

/** The selection in words, such as "fracatlas, split valid, body part hand". */
export function describeSelection({ dataset, filter }: ImageSelection): string {
  const parts = [dataset];
  if (filter?.splits !== undefined) parts.push(`split ${filter.splits.join(", ")}`);
  if (filter?.bodyParts !== undefined) parts.push(`body part ${filter.bodyParts.join(", ")}`);
  return parts.join(", ");
}
