import type pg from "pg";
import { loadSql, streamRows } from "../db/index.ts";
import type { StudyRule } from "../pooling/index.ts";
import type { ImageFilter, ReadingScope } from "../readings/scope.ts";
import { policyParams } from "../readings/triage-policy-params.ts";
import { type Outcome, outcomeOf, type Policy, type TriageReason } from "../triage/index.ts";

/** A study under a policy, read by every rule. */
export interface StudyReading {
  readonly studyKey: string;
  /** The patient's, or the study's own where no patient is known. */
  readonly cluster: number;
  readonly bodyPart: string | null;
  readonly split: string | null;
  readonly label: 0 | 1 | null;
  /** Of the study, scored or not. */
  readonly images: number;
  /** Scored, and taken by the filter. */
  readonly views: number;
  /** In [0, 1]; under the rule `views` that of the leading view. */
  readonly probability: Readonly<Record<StudyRule, number>>;
  readonly outcome: Readonly<Record<StudyRule, Outcome>>;
}

interface ReadingRow extends pg.QueryResultRow {
  readonly study_key: string;
  readonly cluster: number;
  readonly body_part: string | null;
  readonly split: string | null;
  readonly label: 0 | 1 | null;
  readonly images: number;
  readonly views: number;
  readonly mean: number;
  readonly max: number;
  readonly min: number;
  readonly noisy_or: number;
  readonly by_views: Outcome;
  readonly mean_reason: TriageReason;
  readonly max_reason: TriageReason;
  readonly min_reason: TriageReason;
  readonly noisy_or_reason: TriageReason;
}

export interface StudyQuery {
  readonly scope: ReadingScope;
  readonly policy: Policy;
  readonly filter: ImageFilter | undefined;
}

/** The studies of a dataset by key, streamed; the client must be in a transaction. */
export async function* streamStudyReadings(
  client: pg.ClientBase,
  { scope, policy, filter }: StudyQuery,
): AsyncGenerator<StudyReading> {
  const query = { sql: loadSql("study-readings"), params: policyParams(scope, { policy, filter }) };
  for await (const rows of streamRows<ReadingRow>(client, query)) {
    yield* rows.map((row) => ({
      studyKey: row.study_key,
      cluster: row.cluster,
      bodyPart: row.body_part,
      split: row.split,
      label: row.label,
      images: row.images,
      views: row.views,
      probability: { views: row.max, mean: row.mean, max: row.max, min: row.min, noisy_or: row.noisy_or },
      outcome: {
        views: row.by_views,
        mean: outcomeOf(row.mean_reason),
        max: outcomeOf(row.max_reason),
        min: outcomeOf(row.min_reason),
        noisy_or: outcomeOf(row.noisy_or_reason),
      },
    }));
  }
}
