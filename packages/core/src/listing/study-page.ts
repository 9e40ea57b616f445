import { loadSql, type Database } from "../db/index.ts";
import type { Outcome, Policy } from "../triage/index.ts";
import { renamed } from "./image-page.ts";
import { readingParams, type ListingScope } from "./listing-scope.ts";

/** A study with what was read and said of it. */
export interface ListedStudy {
  readonly studyId: number;
  /** May name a patient: not for logs. */
  readonly studyKey: string;
  readonly bodyPart: string | null;
  readonly split: string | null;
  readonly label: 0 | 1 | null;
  readonly images: number;
  /** Images the model has scored. */
  readonly views: number;
  /** The highest of its views'. */
  readonly probability: number | null;
  /** Positive when any view is, else inconclusive when any is, else negative; null without facts or a policy. */
  readonly outcome: Outcome | null;
  readonly verdicts: number;
  /** The latest of any reviewer. */
  readonly verdict: 0 | 1 | null;
}

export interface StudyQuery {
  readonly policy?: Policy | undefined;
  /** Only studies after this one. */
  readonly afterId?: number | undefined;
  readonly bodyParts?: readonly string[] | undefined;
  readonly splits?: readonly string[] | undefined;
  readonly label?: 0 | 1 | undefined;
  readonly outcomes?: readonly Outcome[] | undefined;
  /** Only studies with a verdict, or only those without. */
  readonly reviewed?: boolean | undefined;
  readonly studyId?: number | undefined;
  readonly limit: number;
}

const COLUMNS = { study_id: "studyId", study_key: "studyKey", body_part: "bodyPart" } as const;

/**
 * Studies of a dataset by id.
 *
 * @throws HairlineError BAD_THRESHOLD; FACTS_MISSING when the model has no area at the policy's alpha
 */
export async function pageStudies(
  database: Database,
  scope: ListingScope,
  query: StudyQuery,
): Promise<ListedStudy[]> {
  const { rows } = await database.pool.query<Record<string, unknown>>(loadSql("study-page"), [
    ...(await readingParams(database, scope, query.policy)),
    query.afterId ?? null,
    query.bodyParts ?? null,
    query.splits ?? null,
    query.label ?? null,
    query.outcomes ?? null,
    query.reviewed ?? null,
    query.studyId ?? null,
    query.limit,
  ]);
  return rows.map((row) => renamed(row, COLUMNS) as unknown as ListedStudy);
}
