import { randomUUID } from "node:crypto";
import type { Database } from "../db/index.ts";
import { canonicalFilter } from "../facts/index.ts";
import { findCalibrator, requireModel } from "../policies/index.ts";
import { resolveScope } from "../readings/index.ts";
import { readFactsVersion } from "../rollup/index.ts";
import { resolveSpec, specHash, type ResolvedSpec, type SweepSpec } from "./sweep-spec.ts";

export interface RequestedSweep {
  readonly sweepId: string;
  /** queued: a new row that somebody has to execute. */
  readonly state: "queued" | "running" | "completed";
}

/**
 * The row of a sweep: a completed one that asked the same of the same facts, else one that is under way, else a new
 * one waiting to be executed.
 *
 * @param options fresh: always a new one
 * @throws HairlineError DATASET_NOT_FOUND, MODEL_NOT_FOUND, NO_PREDICTIONS, CALIBRATOR_NOT_FOUND, BAD_THRESHOLD,
 *   BAD_ARGUMENT
 */
export async function requestSweep(
  database: Database,
  spec: SweepSpec,
  options: { readonly fresh?: boolean } = {},
): Promise<RequestedSweep> {
  const scope = await resolveScope({ database, dataset: spec.dataset, model: spec.model });
  const calibratorId =
    spec.calibrator === undefined
      ? null
      : requireModel(await findCalibrator(database, spec.calibrator), scope.modelId).id;
  const resolved = resolveSpec(spec, { datasetId: scope.datasetId, modelId: scope.modelId, calibratorId });
  const requestHash = specHash(resolved);
  const known = options.fresh === true ? undefined : await findKnown(database, resolved, requestHash);
  return known ?? (await insertSweep(database, resolved, requestHash));
}

async function findKnown(
  { pool }: Database,
  { modelId, datasetId }: ResolvedSpec,
  requestHash: string,
): Promise<RequestedSweep | undefined> {
  const factsVersion = await readFactsVersion(pool, { modelId, datasetId });
  const { rows } = await pool.query<{ id: string; state: RequestedSweep["state"] }>(
    `select id, state from sweep
     where request_hash = $1
       and (state = 'completed' and facts_version = $2 or state in ('queued', 'running'))
     order by state = 'completed' desc, created_at, id
     limit 1`,
    [requestHash, factsVersion],
  );
  const [row] = rows;
  return row === undefined ? undefined : { sweepId: row.id, state: row.state };
}

async function insertSweep(
  { pool }: Database,
  spec: ResolvedSpec,
  requestHash: string,
): Promise<RequestedSweep> {
  const sweepId = randomUUID();
  const { grid } = spec;
  await pool.query(
    `insert into sweep (id, dataset_id, model_id, level, study_rule, label_source, calibrator_id,
                        p_low, entropy_max, area_max, alpha, filter, request_hash)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    [
      sweepId,
      spec.datasetId,
      spec.modelId,
      spec.level,
      spec.studyRule,
      spec.labelSource,
      spec.calibratorId,
      grid.pLow,
      grid.entropyMax,
      grid.areaMax,
      grid.alpha,
      JSON.stringify(canonicalFilter(spec.filter)),
      requestHash,
    ],
  );
  return { sweepId, state: "queued" };
}
