import { exportSweep } from "@hairline/core/exports";
import { LABEL_SOURCES, type LabelSource } from "@hairline/core/facts";
import { runSweep as runSweepJob } from "@hairline/core/jobs";
import { formatReference, LEVELS, type Level } from "@hairline/core/policies";
import { STUDY_RULES, type StudyRule } from "@hairline/core/pooling";
import { openQueues } from "@hairline/core/queue";
import type { ReadingRequest } from "@hairline/core/readings";
import { requestSweep, type SweepSpec } from "@hairline/core/sweeps";
import { parseSweepGrid, type SweepGrid } from "@hairline/core/triage";
import { Option, type Command } from "commander";
import type { CliContext } from "../context.ts";
import { writeParquet } from "@hairline/core/tables";
import {
  addScaleOptions,
  requireScale,
  resolveScale,
  type Scale,
  type ScaleOptions,
} from "../policy-options.ts";
import { formatCount } from "../progress.ts";
import { addReadingOptions, readingRequest, type ReadingOptions } from "../reading-options.ts";
import { evaluateSweep } from "../stored-sweep.ts";
import { addGridOptions } from "../sweep-options.ts";
import {
  addShownOptions,
  bestConfigs,
  showSweep,
  type ShownOptions,
  type ShownSweep,
} from "../sweep-output.ts";

interface SweepOptions extends ReadingOptions, ScaleOptions, ShownOptions {
  readonly pLow: string;
  readonly entropyMax: string;
  readonly areaMax: string;
  readonly alpha: string;
  readonly level: Level;
  readonly rule: StudyRule;
  readonly labels?: LabelSource;
  readonly parquet?: string;
  readonly fresh?: boolean;
  readonly queue?: boolean;
}

const DEFAULT_GRID = {
  pLow: "0.18:0.26:0.02",
  entropyMax: "2.2:3.8:0.4",
  areaMax: "none,0.30,0.25,0.20,0.15",
  alpha: "0.3:0.7:0.1",
};

export function registerSweep(program: Command, context: CliContext): void {
  const command = addScaleOptions(addGridOptions(addReadingOptions(program.command("sweep")), DEFAULT_GRID));
  addShownOptions(command)
    .description("evaluate a grid of policies over the labelled images, from stored facts alone")
    .addOption(new Option("--level <level>", "what outcomes are of").choices(LEVELS).default("image"))
    .addOption(
      new Option("--rule <rule>", "how a study is read from its views (see studies)")
        .choices(STUDY_RULES)
        .default("views"),
    )
    .addOption(
      new Option("--labels <source>", "whose label an image is compared with (default: its own)").choices(
        LABEL_SOURCES,
      ),
    )
    .addOption(new Option("--parquet <file>", "write one row for each config to this file").conflicts("csv"))
    .option("--fresh", "evaluate it also when the result is stored")
    .addOption(
      new Option("--queue", "leave the evaluation to a running scheduler; see sweeps").conflicts([
        "csv",
        "parquet",
        "top",
      ]),
    )
    .addHelpText(
      "after",
      "\nThe result is stored. The same sweep of unchanged facts and labels is not evaluated again; `hairline sweeps` lists them.",
    )
    .action((dataset: string | undefined, options: SweepOptions) => runSweep(context, dataset, options));
}

async function runSweep(
  context: CliContext,
  dataset: string | undefined,
  options: SweepOptions,
): Promise<void> {
  const grid = parseSweepGrid(options);
  const request = await readingRequest(context, dataset, options);
  const scale = await resolveScale(request.database, options);
  await requireScale(request, scale);
  const spec = specOf(request, options, { grid, scale });
  if (options.queue === true) return await queueSweep(context, spec, options);
  const swept = { ...(await evaluateSweep(context, spec, options)), scale, level: options.level };
  if (options.parquet !== undefined) return writeSweepParquet(context, options, swept);
  await showSweep(context, swept, options);
}

function specOf(
  { dataset, model, filter }: ReadingRequest,
  { level, rule, labels }: SweepOptions,
  { grid, scale }: { grid: SweepGrid; scale: Scale },
): SweepSpec {
  const { calibrator, pLowScale } = scale;
  return {
    dataset,
    model,
    filter,
    grid,
    level,
    studyRule: rule,
    labelSource: labels,
    calibrator: pLowScale === "raw" || calibrator === undefined ? undefined : formatReference(calibrator),
  };
}

async function queueSweep(
  { output, openStack }: CliContext,
  spec: SweepSpec,
  { fresh = false, json }: SweepOptions,
): Promise<void> {
  const { database, queue } = await openStack();
  const requested = await requestSweep(database, spec, { fresh });
  if (requested.state === "queued") {
    await using queues = await openQueues(queue, { onWarning: (message) => output.notice(message) });
    await queues.enqueue(runSweepJob, [{ sweepId: requested.sweepId }]);
  }
  if (json === true) return output.json(requested);
  output.line(
    `sweep ${requested.sweepId} is ${requested.state}; show it with: hairline sweeps show ${requested.sweepId}`,
  );
}

async function writeSweepParquet(
  { output, signal }: CliContext,
  options: SweepOptions,
  { result, level }: ShownSweep,
): Promise<void> {
  const { parquet = "", json } = options;
  const chosen = options.top === undefined ? undefined : bestConfigs(result, options, options.top);
  const metadata = { dataset: result.scope.dataset, model: result.scope.model, level };
  const rows = await writeParquet(parquet, exportSweep(result, chosen), { metadata, signal });
  if (json === true) output.json({ table: "sweep", ...metadata, file: parquet, rows });
  else output.line(`${formatCount(rows)} configs written to ${parquet}`);
}
