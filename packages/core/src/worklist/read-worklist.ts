import type pg from "pg";
import { loadSql } from "../db/index.ts";
import { HairlineError } from "../errors.ts";
import { readEmbedding } from "../facts/index.ts";
import { resolveScope, type ReadingRequest, type ReadingScope } from "../readings/scope.ts";
import { openSnapshot } from "../readings/snapshot.ts";
import { checkPolicy, policyParams, requireAlpha } from "../readings/triage-policy-params.ts";
import type { DecidingThreshold, Outcome, Policy } from "../triage/index.ts";
import { meanDirection, type Direction } from "./diversify.ts";
import { CHOICE, rankStudies, type Candidate, type Diversity } from "./rank-studies.ts";

export interface WorklistRequest extends ReadingRequest {
  readonly policy: Policy;
  /** 1 to 1,000. */
  readonly limit: number;
}

/** A study whose label would help. */
export interface WorklistStudy extends Candidate {
  /** May name a patient: not for logs. */
  readonly studyKey: string;
  readonly split: string | null;
  readonly views: number;
  /** The highest of its views'. */
  readonly probability: number;
  /** The one that its outcome hangs on. */
  readonly threshold: DecidingThreshold;
}

export interface Worklist {
  readonly scope: ReadingScope;
  readonly policy: Policy;
  /** The most useful first. */
  readonly studies: readonly WorklistStudy[];
  /** Studies without a label and a verdict, and the inconclusive among them. */
  readonly waiting: number;
  readonly waitingInconclusive: number;
  readonly diversity: Diversity;
  /** Studies looked at, and of them those with an embedding. */
  readonly lookedAt: number;
  readonly embedded: number;
}

interface CandidateRow {
  readonly study_id: number;
  readonly study_key: string;
  readonly body_part: string | null;
  readonly split: string | null;
  readonly views: number;
  readonly probability: number;
  readonly outcome: Outcome;
  readonly threshold: DecidingThreshold;
  readonly distance: number;
  readonly waiting: number;
  readonly waiting_inconclusive: number;
}

/** Bounds time: 1,000 picks of 4,000 embeddings take about 2 s. */
const MOST = 1000;

async function readDirections(
  client: pg.ClientBase,
  modelId: number,
  studyIds: readonly number[],
): Promise<Map<number, Direction>> {
  const { rows } = await client.query<{ study_id: number; embedding: Buffer }>(loadSql("study-embeddings"), [
    modelId,
    studyIds,
  ]);
  const views = new Map<number, Float32Array[]>();
  for (const { study_id, embedding } of rows) {
    const values = readEmbedding(embedding);
    if (values !== undefined) views.set(study_id, [...(views.get(study_id) ?? []), values]);
  }
  return new Map([...views].map(([studyId, each]) => [studyId, meanDirection(each)]));
}

function studyOf(row: CandidateRow): WorklistStudy {
  return {
    studyId: row.study_id,
    studyKey: row.study_key,
    bodyPart: row.body_part,
    split: row.split,
    views: row.views,
    probability: row.probability,
    outcome: row.outcome,
    threshold: row.threshold,
    distance: row.distance,
  };
}

/**
 * The studies of a dataset whose label would help most, among those without a label and a reviewer's verdict.
 *
 * @throws HairlineError DATASET_NOT_FOUND, MODEL_NOT_FOUND, NO_PREDICTIONS; BAD_THRESHOLD for the policy; FACTS_MISSING for
 *   its alpha; BAD_ARGUMENT for the limit
 */
export async function readWorklist(request: WorklistRequest): Promise<Worklist> {
  const { database, policy, filter, limit } = request;
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST) {
    throw new HairlineError("BAD_ARGUMENT", `${limit} is not a limit of 1 to ${MOST}.`, { field: "limit" });
  }
  checkPolicy(policy);
  const scope = await resolveScope(request);
  await using snapshot = await openSnapshot(database);
  await requireAlpha(snapshot.client, scope, policy);
  const { rows } = await snapshot.client.query<CandidateRow>(loadSql("worklist-candidates"), [
    ...policyParams(scope, { policy, filter }),
    limit * CHOICE,
  ]);
  // Decided studies are of no use where the inconclusive ones fill the list.
  const filled = (rows[0]?.waiting_inconclusive ?? 0) >= limit;
  const candidates = rows.map(studyOf).filter(({ outcome }) => !filled || outcome === "inconclusive");
  const ids = candidates.map(({ studyId }) => studyId);
  const directions = await readDirections(snapshot.client, scope.modelId, ids);
  const embedded = directions.size;
  const everyOne = embedded === candidates.length && embedded > 0;
  return {
    scope,
    policy,
    studies: rankStudies(candidates, { limit, directions: everyOne ? directions : undefined }),
    waiting: rows[0]?.waiting ?? 0,
    waitingInconclusive: rows[0]?.waiting_inconclusive ?? 0,
    diversity: everyOne ? "embedding" : "body-part",
    lookedAt: candidates.length,
    embedded,
  };
}
