import { isDeepStrictEqual } from "node:util";
import { HairlineError } from "../errors.ts";
import { rejectionOf, type Rejection } from "../ingest/archive-entry.ts";
import type { SeenImages } from "../ingest/seen-images.ts";
import type { BinaryLabel } from "../study/index.ts";
import { describedImage, newImage, sameDescription, type ImageDescription } from "./describe-image.ts";
import type { PredictionRow, RowDescription } from "./prediction-row.ts";
import type { TargetDataset } from "./target-dataset.ts";

/** The stored image that one of a batch's rows is about. */
export interface StoredMatch {
  readonly id: number;
  readonly studyId: number;
  readonly description: ImageDescription;
  /** The model has a prediction of it. */
  readonly scored: boolean;
  /** That prediction says the same as the row. */
  readonly sameFacts: boolean;
}

/** A row that is written, with its image as it will be stored. */
export interface AcceptedRow {
  readonly row: PredictionRow;
  readonly image: ImageDescription;
  readonly match: StoredMatch | undefined;
  readonly newDescription: boolean;
}

export interface SortedRows {
  readonly added: readonly AcceptedRow[];
  readonly updated: readonly AcceptedRow[];
  readonly unchanged: readonly StoredMatch[];
  readonly duplicates: number;
  readonly rejections: readonly Rejection[];
}

export interface SortContext {
  readonly layout: TargetDataset["layout"];
  /** By place in the batch, from 0. */
  readonly matches: ReadonlyMap<number, StoredMatch>;
  /** Images that earlier batches of this import were about. */
  readonly seen: SeenImages;
}

type Verdict =
  | { readonly kind: "added" | "updated"; readonly accepted: AcceptedRow }
  | { readonly kind: "unchanged"; readonly match: StoredMatch }
  | { readonly kind: "duplicate" }
  | { readonly kind: "rejected"; readonly error: HairlineError };

/**
 * Says of every row of a batch whether its prediction is new, changed, unchanged, or listed a second time. The first
 * row of an image counts; a second one with other values is rejected.
 */
export function sortRows(rows: readonly PredictionRow[], context: SortContext): SortedRows {
  const first = new Map<string, PredictionRow>();
  const added: AcceptedRow[] = [];
  const updated: AcceptedRow[] = [];
  const unchanged: StoredMatch[] = [];
  const rejections: Rejection[] = [];
  let duplicates = 0;
  for (const [index, row] of rows.entries()) {
    const earlier = first.get(row.objectKey);
    const verdict = earlier === undefined ? judge(row, index, context) : judgeRepeat(row, earlier);
    if (earlier === undefined && verdict.kind !== "rejected") first.set(row.objectKey, row);
    switch (verdict.kind) {
      case "added":
        added.push(verdict.accepted);
        break;
      case "updated":
        updated.push(verdict.accepted);
        break;
      case "unchanged":
        unchanged.push(verdict.match);
        break;
      case "duplicate":
        duplicates += 1;
        break;
      case "rejected":
        rejections.push(rejectionOf(verdict.error, { objectKey: row.objectKey, line: row.line }));
    }
  }
  return { added, updated, unchanged, duplicates, rejections };
}

function judgeRepeat(row: PredictionRow, earlier: PredictionRow): Verdict {
  const isSame =
    isDeepStrictEqual(row.facts, earlier.facts) && addsNothing(row.description, earlier.description);
  if (isSame) return { kind: "duplicate" };
  return { kind: "rejected", error: repeatError(row, earlier.description.label) };
}

/** An empty cell says nothing. */
function addsNothing(later: RowDescription, earlier: RowDescription): boolean {
  return (Object.keys(later) as (keyof RowDescription)[]).every(
    (field) => later[field] === null || later[field] === earlier[field],
  );
}

function judge(row: PredictionRow, index: number, { layout, matches, seen }: SortContext): Verdict {
  const match = matches.get(index);
  if (match === undefined) {
    if (layout !== "external") return { kind: "rejected", error: imageUnknown(row) };
    return { kind: "added", accepted: { row, match, image: newImage(row), newDescription: true } };
  }
  const image = describedImage(match.description, row, layout);
  const newDescription = !sameDescription(image, match.description);
  if (seen.has(match.id)) {
    if (match.sameFacts && !newDescription && !contradicts(row, match)) return { kind: "duplicate" };
    return { kind: "rejected", error: repeatError(row, match.description.label) };
  }
  if (layout !== "external" && contradicts(row, match)) {
    return { kind: "rejected", error: labelConflict(row, `the archive says ${match.description.label}`) };
  }
  if (match.scored && match.sameFacts && !newDescription) return { kind: "unchanged", match };
  return { kind: match.scored ? "updated" : "added", accepted: { row, match, image, newDescription } };
}

function contradicts(row: PredictionRow, match: StoredMatch): boolean {
  return isOtherLabel(row.description.label, match.description.label);
}

function isOtherLabel(given: BinaryLabel | null, known: BinaryLabel | null): boolean {
  return given !== null && known !== null && given !== known;
}

function labelConflict(row: PredictionRow, other: string): HairlineError {
  return new HairlineError("ROW_LABEL_CONFLICT", `the row's label is ${row.description.label}, ${other}`);
}

function repeatError(row: PredictionRow, earlierLabel: BinaryLabel | null): HairlineError {
  if (isOtherLabel(row.description.label, earlierLabel)) {
    return labelConflict(row, `an earlier row says ${earlierLabel}`);
  }
  return new HairlineError("ROW_INVALID", "an earlier row gives this image other values");
}

function imageUnknown(row: PredictionRow): HairlineError {
  return new HairlineError(
    "ROW_INVALID",
    `image: the dataset has no image ${JSON.stringify(row.objectKey)}`,
    {
      field: "image",
    },
  );
}
