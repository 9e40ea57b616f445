import { join } from "node:path";
import type { Database } from "@hairline/core/db";
import { HairlineError } from "@hairline/core/errors";
import { importArchive } from "@hairline/core/ingest";
import { sweep, triageDataset, type TriageSummary } from "@hairline/core/readings";
import { readDatasetLedger, requireBalancedLedger, type DatasetLedger } from "@hairline/core/runs";
import { formatPolicy, parsePolicy, parseSweepGrid } from "@hairline/core/triage";
import { DEMO_PREPROCESSING, trainDemoModel } from "@hairline/model/demo";
import { importModel } from "@hairline/model/registry";
import { runScoring } from "../commands/score.ts";
import type { CliContext, Stack } from "../context.ts";
import { REPORT_GRID } from "../report/report-grid.ts";
import type { ReportInput, ReportRocAuc } from "../report/report-input.ts";
import { writeReport } from "../report/write-report.ts";
import { findDataset, findModel } from "../selection.ts";
import { provideArchive, type DemoArchive } from "./demo-archive.ts";
import { Phases } from "./phases.ts";
import { listTrainingImages, loadTrainingImages } from "./training-images.ts";

export interface DemoOptions {
  readonly studies: number;
  readonly seed: number;
  readonly out: string;
}

/** All of it is about the held-out valid split, but the ledger, which is of the whole archive. */
export interface DemoResult {
  readonly dataset: string;
  readonly model: string;
  readonly archive: string;
  readonly images: number;
  /** Files that were damaged on purpose. */
  readonly broken: number;
  readonly ledger: DatasetLedger & { readonly balanced: boolean };
  readonly policy: string;
  readonly split: string;
  readonly rocAuc: ReportRocAuc | null;
  readonly triage: TriageSummary;
  readonly labelled: ReportInput["labelled"];
  readonly sweep: { readonly configs: number };
  readonly reportPath: string;
  readonly seconds: Readonly<Record<string, number>>;
}

/**
 * Leans to recall: little is called negative. Set on the training splits of seeds 1 to 3, of which it decides 96, 72 and
 * 79 %; the held-out images that the demo reports had no part in it.
 */
export const DEMO_POLICY = "p_low=0.2,entropy_max=3.3,area_max=0.15,alpha=0.5";
const HELD_OUT = "valid";
const SWEEP_GRID = {
  pLow: "0.18:0.26:0.02",
  entropyMax: "2.2:3.8:0.4",
  areaMax: "none,0.30,0.25,0.20,0.15",
  alpha: "0.3:0.7:0.1",
};

/**
 * The whole product on synthetic radiographs. What an earlier demo finished is used again, so that a second one is
 * quick and an interrupted one goes on.
 *
 * @throws HairlineError of the step that failed
 */
export async function runDemo(context: CliContext, options: DemoOptions): Promise<DemoResult> {
  const name = `demo-${options.seed}-${options.studies}`;
  const phases = new Phases();
  const stack = await phases.time("start", () => context.openStack());
  const archive = await phases.time("draw", () => drawArchive(context, { ...options, name }));
  const datasetId = await phases.time("import", () => importDemo(context, stack, { archive, name }));
  const modelId = await phases.time("train", () =>
    provideModel(context, stack, { archive, name, datasetId }),
  );
  await phases.time("score", () => scoreDemo(context, stack, { datasetId, modelId }));

  const ledger = await readDatasetLedger(stack.database, { datasetId, modelId });
  const policy = parsePolicy(DEMO_POLICY);
  const filter = { splits: [HELD_OUT] };
  const request = { database: stack.database, dataset: name, model: name, filter, policy };
  const triage = await phases.time("triage", () => triageDataset(request));
  const swept = await phases.time("sweep", () => sweep({ ...request, grid: parseSweepGrid(SWEEP_GRID) }));
  const report = await phases.time("report", () =>
    writeReport({ ...request, grid: parseSweepGrid(REPORT_GRID) }, options.out),
  );
  return {
    dataset: name,
    model: name,
    archive: archive.root,
    images: archive.images,
    broken: archive.broken,
    ledger: { ...ledger, balanced: ledger.waiting === 0 && ledger.images === archive.images },
    policy: formatPolicy(policy),
    split: HELD_OUT,
    rocAuc: report.input.rocAuc,
    triage: triage.overall,
    labelled: report.input.labelled,
    sweep: { configs: swept.configs },
    reportPath: report.path,
    seconds: phases.seconds,
  };
}

interface Named {
  readonly name: string;
}

async function drawArchive(context: CliContext, options: DemoOptions & Named): Promise<DemoArchive> {
  const progress = context.output.progress({ label: "drawing", unit: "images" });
  const archive = await provideArchive({
    folder: join(context.config.home, "demo", options.name),
    seed: options.seed,
    studies: options.studies,
    signal: context.signal,
    onProgress: ({ written, total }) => progress.update(written, total),
  });
  if (archive.reused) context.output.notice(`using the archive drawn before: ${archive.root}`);
  else progress.finish();
  return archive;
}

async function importDemo(
  context: CliContext,
  { database }: Stack,
  { archive, name }: Named & { archive: DemoArchive },
): Promise<number> {
  const { manifestPath, root } = archive;
  const report = await importArchive({ database, path: manifestPath, root, name, signal: context.signal });
  if (report.rejected > 0) {
    throw new HairlineError("ROW_INVALID", `The demo's own manifest had ${report.rejected} bad rows.`, {
      file: manifestPath,
      remedy: "Delete the demo folder of HAIRLINE_HOME and run it again.",
    });
  }
  const dataset = await findDataset(database, name);
  if (dataset === undefined)
    throw new HairlineError("DATASET_NOT_FOUND", `The import left no dataset ${name}.`);
  return dataset.id;
}

async function provideModel(
  context: CliContext,
  { database, objects }: Stack,
  { archive, name, datasetId }: Named & { archive: DemoArchive; datasetId: number },
): Promise<number> {
  const existing = await findModel(database, name);
  if (existing !== undefined) {
    context.output.notice("using the model trained before");
    return existing.id;
  }
  const listed = await listTrainingImages(database, { datasetId, root: archive.root });
  const progress = context.output.progress({ label: "training on", unit: "images", total: listed.length });
  const { stateDict, description } = await trainDemoModel({
    images: loadTrainingImages(listed),
    signal: context.signal,
    onProgress: (done) => progress.update(done),
  });
  progress.finish();
  const source = { stateDict, name };
  const { model } = await importModel({
    database,
    store: objects,
    source,
    description,
    preprocessing: DEMO_PREPROCESSING,
  });
  return model.id;
}

async function scoreDemo(
  context: CliContext,
  { database }: Stack,
  scope: { datasetId: number; modelId: number },
): Promise<void> {
  if (await isSettled(database, scope)) {
    context.output.notice("every image was scored before");
    return;
  }
  const run = await runScoring(context, { ...scope, options: { workers: 1, shardSize: 64 } });
  if (run.state === "completed") return requireBalancedLedger(run);
  throw new HairlineError(
    "WORKER_FAILED",
    `The demo's run ended as ${run.state} (${run.errorCode ?? "no code"}).`,
    {
      remedy: "Read the logs in HAIRLINE_HOME; run the same command again to resume.",
    },
  );
}

/** Nothing waits and no run is open, so that starting a scheduler and a worker would find nothing to do. */
async function isSettled(
  database: Database,
  scope: { datasetId: number; modelId: number },
): Promise<boolean> {
  const { waiting } = await readDatasetLedger(database, scope);
  if (waiting > 0) return false;
  const { rowCount } = await database.pool.query(
    "select 1 from run where dataset_id = $1 and model_id = $2 and state in ('planning', 'running')",
    [scope.datasetId, scope.modelId],
  );
  return rowCount === 0;
}
