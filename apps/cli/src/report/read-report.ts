import type { Database } from "@hairline/core/db";
import { isHairlineError } from "@hairline/core/errors";
import { describeFilter } from "@hairline/core/facts";
import { readFingerprint } from "@hairline/core/policies";
import {
  sweep,
  triageDataset,
  type ImageFilter,
  type ReadingScope,
  type SweepResult,
  type TriageReport,
  type TriageRequest,
} from "@hairline/core/readings";
import { countQuarantine, readDatasetLedger } from "@hairline/core/runs";
import type { SweepGrid } from "@hairline/core/triage";
import { getModelById, type ModelRecord } from "@hairline/model/registry";
import { VERSION } from "@hairline/core/version";
import { collectImages, type CollectedImages } from "./collect-images.ts";
import { drawGallery } from "./draw-gallery.ts";
import { curveAt, curvePoints } from "./labelled-scores.ts";
import type {
  ReportDataset,
  ReportInput,
  ReportModel,
  ReportQuarantine,
  ReportSweep,
} from "./report-input.ts";
import { sweepPoints } from "./sweep-points.ts";

export interface ReportRequest extends TriageRequest {
  /** `name@version` of a stored policy. */
  readonly policyName?: string | undefined;
  /** The configs of the risk-coverage plot. */
  readonly grid: SweepGrid;
  /** Show object keys, which may name patients, beside image ids. */
  readonly showKeys?: boolean | undefined;
}

/**
 * Everything a report says of one dataset, model and policy, from stored facts; only the pictures read the archive.
 *
 * @throws HairlineError as triageDataset and sweep do
 */
export async function readReport(request: ReportRequest): Promise<ReportInput> {
  const { database, policy, filter, showKeys = false } = request;
  const triaged = await triageDataset(request);
  const { scope } = triaged;
  // Named from here on, so that every part is about the same model.
  const named = { ...request, model: scope.model };
  const collected = await collectImages(named);
  const picks = collected.picks.choose();
  const drawn = await drawGallery({ database, modelId: scope.modelId, picks, showKeys });
  return {
    dataset: await readDataset(database, scope),
    model: modelOf(await getModelById(database, scope.modelId)),
    policy,
    policyName: request.policyName ?? null,
    filter: filterWords(filter),
    overall: triaged.overall,
    bodyParts: triaged.bodyParts,
    labelled: collected.scores.counts,
    rocAuc: collected.scores.rocAuc(),
    quarantine: await readQuarantine(database, { scope, showKeys }),
    sweep: await readSweep(named, { triaged, collected }),
    histograms: collected.histograms,
    ...drawn,
    factsSha256: await readFingerprint(database.pool, scope, filter),
    version: VERSION,
  };
}

function filterWords({ splits, bodyParts, ...others }: ImageFilter = {}): ReportInput["filter"] {
  const conditions = describeFilter(others);
  return {
    splits: splits ?? null,
    bodyParts: bodyParts ?? null,
    conditions: conditions === "" ? null : conditions,
  };
}

/** Null without labels, and where an external model lacks the facts that the grid gates on. */
async function readSweep(
  request: ReportRequest,
  { triaged, collected }: { triaged: TriageReport; collected: CollectedImages },
): Promise<ReportSweep | null> {
  const { counts, metrics, labelled } = triaged.overall;
  if (labelled === 0) return null;
  const result = await sweepOrNull(request);
  if (result === null) return null;
  const curve = collected.scores.probabilityOnly(request.policy.pLow);
  return {
    configs: result.configs,
    points: sweepPoints(result),
    chosen: counts,
    probabilityOnly: curvePoints(curve),
    probabilityOnlyAtPolicy: curveAt(curve, metrics.coverage),
  };
}

async function sweepOrNull(request: ReportRequest): Promise<SweepResult | null> {
  try {
    return await sweep(request);
  } catch (error) {
    if (isHairlineError(error) && error.code === "FACTS_MISSING") return null;
    throw error;
  }
}

async function readDataset(database: Database, scope: ReadingScope): Promise<ReportDataset> {
  const { rows } = await database.pool.query<{ layout: string; studies: number }>(
    `select layout, (select count(*) from study where study.dataset_id = dataset.id)::int8 as studies
     from dataset where id = $1::bigint`,
    [scope.datasetId],
  );
  const { layout, studies } = rows[0] ?? { layout: "", studies: 0 };
  return { name: scope.dataset, layout, studies, ...(await readDatasetLedger(database, scope)) };
}

function modelOf(record: ModelRecord): ReportModel {
  const { name, kind, description } = record;
  if (record.kind === "external") {
    const unknown = { architecture: null, weightsSha256: null, graphSha256: null, inputSize: null };
    return { name, kind, description, ...unknown, preprocessingFingerprint: null };
  }
  return {
    name,
    kind,
    description,
    architecture: record.architecture,
    weightsSha256: record.weights.sha256,
    graphSha256: record.graph.sha256,
    preprocessingFingerprint: record.preprocessingFingerprint,
    inputSize: record.preprocessing.inputSize,
  };
}

async function readQuarantine(
  database: Database,
  { scope, showKeys }: { scope: ReadingScope; showKeys: boolean },
): Promise<ReportQuarantine[]> {
  const counted = await countQuarantine(database, scope);
  return counted.map(({ code, images, example, firstImageId }) => ({
    code,
    images,
    exampleImageId: firstImageId,
    exampleKey: showKeys ? example : null,
  }));
}
