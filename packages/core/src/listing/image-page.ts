import { loadSql, type Database } from "../db/index.ts";
import type { Outcome, Policy, TriageReason } from "../triage/index.ts";
import { readingParams, type ListingScope } from "./listing-scope.ts";

/** An image with its facts; they are null where the model has not scored it, the outcome also without a policy. */
export interface ListedImage {
  readonly imageId: number;
  readonly studyId: number;
  /** May name a patient: not for logs. Likewise studyKey. */
  readonly objectKey: string;
  readonly studyKey: string;
  readonly bodyPart: string | null;
  readonly split: string | null;
  readonly view: string | null;
  readonly hardware: boolean | null;
  readonly label: 0 | 1 | null;
  readonly byteSize: number | null;
  readonly width: number | null;
  readonly height: number | null;
  /** Why the model could not score it. */
  readonly quarantineCode: string | null;
  readonly probability: number | null;
  readonly logit: number | null;
  readonly entropy: number | null;
  readonly entropyNormalized: number | null;
  readonly degenerate: boolean | null;
  /** At the policy's alpha; null without an area gate. */
  readonly area: number | null;
  readonly reason: TriageReason | null;
  readonly outcome: Outcome | null;
}

export interface ImageQuery {
  readonly policy?: Policy | undefined;
  /** Only images after this one. */
  readonly afterId?: number | undefined;
  readonly bodyParts?: readonly string[] | undefined;
  readonly splits?: readonly string[] | undefined;
  readonly label?: 0 | 1 | undefined;
  readonly outcomes?: readonly Outcome[] | undefined;
  readonly studyId?: number | undefined;
  readonly imageId?: number | undefined;
  readonly limit: number;
}

const COLUMNS = {
  image_id: "imageId",
  study_id: "studyId",
  object_key: "objectKey",
  study_key: "studyKey",
  body_part: "bodyPart",
  byte_size: "byteSize",
  quarantine_code: "quarantineCode",
  entropy_normalized: "entropyNormalized",
} as const;

/**
 * Images of a dataset by id.
 *
 * @throws HairlineError BAD_THRESHOLD; FACTS_MISSING when the model has no area at the policy's alpha
 */
export async function pageImages(
  database: Database,
  scope: ListingScope,
  query: ImageQuery,
): Promise<ListedImage[]> {
  const { rows } = await database.pool.query<Record<string, unknown>>(loadSql("image-page"), [
    ...(await readingParams(database, scope, query.policy)),
    query.afterId ?? null,
    query.bodyParts ?? null,
    query.splits ?? null,
    query.label ?? null,
    query.outcomes ?? null,
    query.studyId ?? null,
    query.imageId ?? null,
    query.limit,
  ]);
  return rows.map((row) => renamed(row, COLUMNS) as unknown as ListedImage);
}

/** A row with its columns under the names given. */
export function renamed(
  row: Readonly<Record<string, unknown>>,
  names: Readonly<Record<string, string>>,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [names[column] ?? column, value]));
}
