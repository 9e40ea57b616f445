import type pg from "pg";
import { loadSql, streamRows } from "../db/index.ts";
import {
  outcomeOf,
  type DecidingThreshold,
  type Outcome,
  type TriageMargin,
  type TriageReason,
} from "../triage/index.ts";
import { openSnapshot } from "./snapshot.ts";
import { noPredictions, resolveScope } from "./scope.ts";
import type { TriageRequest } from "./triage-dataset.ts";
import { checkPolicy, policyParams, requireAlpha } from "./triage-policy-params.ts";

/** One image's facts, outcome, reason and margin under a policy. */
export interface TriagedImage extends TriageMargin {
  readonly imageId: number;
  readonly studyId: number;
  /** One number for all images of a patient, or of a study where the patient is unknown: what resampling keeps together. */
  readonly cluster: number;
  readonly objectKey: string;
  readonly studyKey: string;
  readonly bodyPart: string | null;
  readonly split: string | null;
  readonly label: 0 | 1 | null;
  readonly probability: number;
  readonly entropy: number | null;
  /** At the policy's alpha; null also where the policy has no area gate. */
  readonly area: number | null;
  readonly degenerate: boolean;
  readonly outcome: Outcome;
  readonly reason: TriageReason;
}

interface ImageRow extends pg.QueryResultRow {
  readonly image_id: number;
  readonly study_id: number;
  readonly cluster: number;
  readonly object_key: string;
  readonly study_key: string;
  readonly body_part: string | null;
  readonly split: string | null;
  readonly label: 0 | 1 | null;
  readonly probability: number;
  readonly entropy: number | null;
  readonly area: number | null;
  readonly degenerate: boolean;
  readonly reason: TriageReason;
  readonly threshold: DecidingThreshold;
  readonly margin: number | null;
}

function triagedImage(row: ImageRow): TriagedImage {
  return {
    imageId: row.image_id,
    studyId: row.study_id,
    cluster: row.cluster,
    objectKey: row.object_key,
    studyKey: row.study_key,
    bodyPart: row.body_part,
    split: row.split,
    label: row.label,
    probability: row.probability,
    entropy: row.entropy,
    area: row.area,
    degenerate: row.degenerate,
    outcome: outcomeOf(row.reason),
    reason: row.reason,
    threshold: row.threshold,
    margin: row.margin,
  };
}

/**
 * Each scored image of a dataset with its outcome, by object key, streamed in bounded memory from one snapshot.
 *
 * @throws HairlineError as `triageDataset`
 */
export async function* triageImages(request: TriageRequest): AsyncGenerator<TriagedImage> {
  const { database, policy, filter } = request;
  checkPolicy(policy);
  const scope = await resolveScope(request);
  await using snapshot = await openSnapshot(database);
  await requireAlpha(snapshot.client, scope, policy);
  const query = { sql: loadSql("triage-rows"), params: policyParams(scope, { policy, filter }) };
  let images = 0;
  for await (const rows of streamRows<ImageRow>(snapshot.client, query)) {
    images += rows.length;
    yield* rows.map(triagedImage);
  }
  if (images === 0) throw noPredictions(scope.dataset, scope.model);
}
