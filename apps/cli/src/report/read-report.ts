import type { Database } from "@hairline/core/db";
import { isHairlineError } from "@hairline/core/errors";
import { sweep, sweepRows, triageDataset, type TriageRequest } from "@hairline/core/readings";
import { parseSweepGrid } from "@hairline/core/triage";
import { getModelById } from "@hairline/model/registry";
import { collectImages } from "./collect-images.ts";
import { drawGallery } from "./gallery.ts";
import type {
  ReportDataset,
  ReportInput,
  ReportModel,
  ReportQuarantine,
  SweepPoint,
} from "./report-input.ts";

/** The grid behind the risk-coverage plot: the original study's, and wider, so that other models' configs show. */
const REPORT_GRID = {
  pLow: "0.05:0.95:0.05",
  entropyMax: "none,1.0:3.8:0.4",
  areaMax: "none,0.30,0.20,0.10",
  alpha: "0.3:0.7:0.2",
};

/** Dots of a plot that still tell apart. */
const MAX_POINTS = 3000;

/** Entropy of a flat 7 x 7 grid, for models whose grid is unknown. */
const DEFAULT_CELLS = 49;

/** Everything a report says of one dataset, model and policy. @throws HairlineError as triageDataset does */
export async function readReport(request: TriageRequest, version: string): Promise<ReportInput> {
  const { database, policy } = request;
  const triaged = await triageDataset(request);
  const { scope } = triaged;
  const record = await getModelById(database, scope.modelId);
  const cells = record.kind === "resnet" ? record.camCells : DEFAULT_CELLS;
  const collected = await collectImages(request, Math.log(cells));
  const points = await readSweepPoints(request);
  return {
    dataset: await readDataset(database, scope.datasetId),
    model: modelOf(record),
    policy,
    filter: { splits: request.filter?.splits ?? null, bodyParts: request.filter?.bodyParts ?? null },
    overall: triaged.overall,
    bodyParts: triaged.bodyParts,
    rocAuc: collected.rocAuc,
    quarantine: await readQuarantine(database, scope),
    sweep:
      points === undefined
        ? null
        : {
            ...points,
            chosen: triaged.overall.labelled === 0 ? null : triaged.overall.counts,
            probabilityOnly: collected.probabilityOnly,
          },
    histograms: collected.histograms,
    gallery: await drawGallery(database, scope.modelId, collected.picks),
    factsSha256: collected.factsSha256,
    version,
  };
}

/** Undefined without labels, and where an external model lacks the facts that the grid gates on. */
async function readSweepPoints(
  request: TriageRequest,
): Promise<{ configs: number; points: SweepPoint[] } | undefined> {
  try {
    const result = await sweep({ ...request, grid: parseSweepGrid(REPORT_GRID) });
    if (result.labelled.positive + result.labelled.negative === 0) return undefined;
    const distinct = new Map<string, SweepPoint>();
    for (const { policy, counts } of sweepRows(result)) {
      distinct.set(JSON.stringify(counts), { policy, counts });
      if (distinct.size >= MAX_POINTS) break;
    }
    return { configs: result.configs, points: [...distinct.values()] };
  } catch (error) {
    if (isHairlineError(error) && error.code === "FACTS_MISSING") return undefined;
    throw error;
  }
}

async function readDataset(database: Database, datasetId: number): Promise<ReportDataset> {
  const { rows } = await database.pool.query<ReportDataset>(
    `select dataset.name, dataset.layout,
            (select count(*) from study where study.dataset_id = dataset.id)::int as studies,
            count(image.id)::int as images,
            count(image.label)::int as labelled,
            count(*) filter (where image.label = 1)::int as positive
     from dataset left join image on image.dataset_id = dataset.id
     where dataset.id = $1
     group by dataset.id`,
    [datasetId],
  );
  const row = rows[0];
  if (row === undefined) throw new Error("the dataset vanished while its report was read");
  return row;
}

function modelOf(record: Awaited<ReturnType<typeof getModelById>>): ReportModel {
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
  scope: { datasetId: number; modelId: number },
): Promise<ReportQuarantine[]> {
  const { rows } = await database.pool.query<ReportQuarantine>(
    `select quarantine.code, count(*)::int as images, min(image.id) as "exampleImageId"
     from quarantine join image on image.id = quarantine.image_id
     where image.dataset_id = $1 and quarantine.model_id = $2
     group by quarantine.code
     order by images desc, quarantine.code`,
    [scope.datasetId, scope.modelId],
  );
  return rows;
}
