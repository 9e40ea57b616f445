import { canonicalFilter, describeFilter, parseFilter } from "../facts/index.ts";
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
  /** What else was asked, as `canonicalFilter` writes it; absent from records made when nothing else could be. */
  readonly conditions?: Readonly<Record<string, unknown>>;
}

export function storedFilter({ splits, bodyParts, ...conditions }: ImageFilter = {}): Required<StoredFilter> {
  return {
    splits: splits ?? null,
    bodyParts: bodyParts ?? null,
    conditions: canonicalFilter(conditions),
  };
}

export function imageFilter({ splits, bodyParts, conditions = {} }: StoredFilter): ImageFilter {
  return {
    ...(splits === null ? {} : { splits }),
    ...(bodyParts === null ? {} : { bodyParts }),
    ...parseFilter(conditions),
  };
}

/** The selection in words, such as "fracatlas, split valid, body part hand". */
export function describeSelection({ dataset, filter }: ImageSelection): string {
  const taken = describeFilter(filter);
  return taken === "" ? dataset : `${dataset}, ${taken}`;
}
