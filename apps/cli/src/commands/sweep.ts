import { exportSweep } from "@hairline/core/exports";
import { LEVELS, rawGrid, type Level } from "@hairline/core/policies";
import { sweepStudies } from "@hairline/core/analysis";
import { STUDY_RULES, type StudyRule } from "@hairline/core/pooling";
import { sweep, sweepRow, type SweepRequest, type SweepResult } from "@hairline/core/readings";
import {
  formatThreshold,
  paretoFront,
  parseSweepGrid,
  repeatsEarlierAlpha,
  topConfigs,
} from "@hairline/core/triage";
import { InvalidArgumentError, Option, type Command } from "commander";
import type { CliContext } from "../context.ts";
import { writeParquet } from "../export/parquet-file.ts";
import type { Cell, Output } from "../output.ts";
import { formatCount, formatDuration } from "../progress.ts";
import { addReadingOptions, metricCell, readingRequest, type ReadingOptions } from "../reading-options.ts";
import {
  addScaleOptions,
  requireScale,
  resolveScale,
  scaleCalibrator,
  scaleNotice,
  type ScaleOptions,
} from "../policy-options.ts";
import { addGridOptions, RANKINGS } from "../sweep-options.ts";
import { writeSweepCsv, writeSweepJson } from "../sweep-export.ts";

interface SweepOptions extends ReadingOptions, ScaleOptions {
  readonly pLow: string;
  readonly entropyMax: string;
  readonly areaMax: string;
  readonly alpha: string;
  readonly top?: number;
  readonly by: keyof typeof RANKINGS;
  readonly level: Level;
  readonly rule: StudyRule;
  readonly parquet?: string;
}

const DEFAULT_GRID = {
  pLow: "0.18:0.26:0.02",
  entropyMax: "2.2:3.8:0.4",
  areaMax: "none,0.30,0.25,0.20,0.15",
  alpha: "0.3:0.7:0.1",
};

const DEFAULT_TOP = 10;
const MAX_TOP = 1000;

export function registerSweep(program: Command, context: CliContext): void {
  const command = addScaleOptions(addGridOptions(addReadingOptions(program.command("sweep")), DEFAULT_GRID));
  command
    .description("evaluate a grid of policies over the labelled images, from stored facts alone")
    .addOption(new Option("--level <level>", "what outcomes are of").choices(LEVELS).default("image"))
    .addOption(
      new Option("--rule <rule>", "how a study is read from its views (see studies)")
        .choices(STUDY_RULES)
        .default("views"),
    )
    .option("--top <n>", `the best configs only (a table shows ${DEFAULT_TOP})`, topCount)
    .addOption(
      new Option("--by <metric>", "what the best configs are best at")
        .choices(Object.keys(RANKINGS))
        .default("overall_accuracy"),
    )
    .option("--csv", "print one line for each config")
    .addOption(new Option("--parquet <file>", "write one row for each config to this file").conflicts("csv"))
    .action((dataset: string | undefined, options: SweepOptions) => runSweep(context, dataset, options));
}

function topCount(text: string): number {
  if (/^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= MAX_TOP) return Number(text);
  throw new InvalidArgumentError(`Give a whole number from 1 to ${MAX_TOP}.`);
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
  const startedMs = performance.now();
  // The configs are those asked for; only what is compared with the facts is on their scale.
  const result = {
    ...(await sweepAt(options, { ...request, grid: rawGrid(grid, scaleCalibrator(scale)) })),
    grid,
  };
  const seconds = (performance.now() - startedMs) / 1000;
  const { output, signal } = context;
  const best = (limit: number): number[] =>
    topConfigs(result.counts, {
      by: RANKINGS[options.by],
      limit,
      skip: (index) => repeatsEarlierAlpha(grid, index),
    });
  const chosen = options.top === undefined ? undefined : best(options.top);
  if (options.parquet !== undefined) return writeSweepParquet(context, options, { result, chosen });
  if (options.csv === true) return writeSweepCsv(output, result, { chosen, signal });
  if (options.json === true) return writeSweepJson(output, result, { chosen, signal, seconds, scale });
  printSummary(output, result, { seconds, noun: options.level === "study" ? "studies" : "images" });
  const notice = scaleNotice(scale);
  if (notice !== undefined) output.line(notice);
  output.line();
  output.line(`best by ${options.by}, ties to the higher coverage:`);
  printConfigs(output, result, chosen ?? best(DEFAULT_TOP));
  output.line();
  printFront(output, result);
}

async function writeSweepParquet(
  { output, signal }: CliContext,
  { parquet = "", json, level }: SweepOptions,
  { result, chosen }: { result: SweepResult; chosen: readonly number[] | undefined },
): Promise<void> {
  const metadata = { dataset: result.scope.dataset, model: result.scope.model, level };
  const rows = await writeParquet(parquet, exportSweep(result, chosen), { metadata, signal });
  if (json === true) output.json({ table: "sweep", ...metadata, file: parquet, rows });
  else output.line(`${formatCount(rows)} configs written to ${parquet}`);
}

function sweepAt({ level, rule }: SweepOptions, request: SweepRequest): Promise<SweepResult> {
  return level === "study" ? sweepStudies({ ...request, rule }) : sweep(request);
}

function printSummary(
  output: Output,
  result: SweepResult,
  { seconds, noun }: { seconds: number; noun: string },
): void {
  const { scope, labelled, unlabelled, rocAuc } = result;
  const rows = labelled.positive + labelled.negative;
  output.line(
    `${formatCount(result.configs)} configs over ${formatCount(rows)} labelled ${noun} of ${scope.dataset} ` +
      `(fractures: ${formatCount(labelled.positive)}) scored by ${scope.model}, in ${elapsed(seconds)}`,
  );
  output.line(`ROC-AUC of the probability: ${metricCell(rocAuc) ?? "undefined, since a class is absent"}`);
  if (unlabelled > 0) output.line(`scored ${noun} without a label, left out: ${formatCount(unlabelled)}`);
  const fromGrid = result.grid.alpha.filter((_, index) => result.alphaSource[index] === "grid");
  if (fromGrid.length > 0) {
    output.notice(
      `areas at alpha ${fromGrid.join(", ")} were counted from the stored CAMs: no column holds them`,
    );
  }
}

function elapsed(seconds: number): string {
  return seconds < 1 ? `${Math.round(seconds * 1000)} ms` : formatDuration(seconds);
}

const FRONT_SHOWN = 10;

function printFront(output: Output, result: SweepResult): void {
  const front = paretoFront(result.counts);
  output.line(
    `${formatCount(front.length)} configs are beaten by no other in both coverage and accuracy` +
      `${front.length > FRONT_SHOWN ? `; ${FRONT_SHOWN} of them, evenly spaced` : ""}:`,
  );
  printConfigs(output, result, evenlySpaced(front, FRONT_SHOWN));
}

function evenlySpaced(indices: readonly number[], limit: number): number[] {
  if (indices.length <= limit) return [...indices];
  const step = (indices.length - 1) / (limit - 1);
  return Array.from({ length: limit }, (_, at) => indices[Math.round(at * step)] ?? 0);
}

const POLICY_HEAD = ["p_low", "entropy_max", "area_max", "alpha"];
const METRIC_HEAD = ["coverage", "accuracy", "precision", "recall", "F1", "overall", "inconclusive"];

function printConfigs(output: Output, result: SweepResult, indices: readonly number[]): void {
  output.table(
    [...POLICY_HEAD, ...METRIC_HEAD],
    indices.map((index) => configRow(result, index)),
  );
}

function configRow(result: SweepResult, index: number): Cell[] {
  const { policy, counts, metrics } = sweepRow(result, index);
  return [
    formatThreshold(policy.pLow),
    formatThreshold(policy.entropyMax),
    formatThreshold(policy.areaMax),
    policy.areaMax === null ? null : formatThreshold(policy.alpha),
    metricCell(metrics.coverage),
    metricCell(metrics.accuracy),
    metricCell(metrics.precision),
    metricCell(metrics.recall),
    metricCell(metrics.f1),
    metricCell(metrics.overallAccuracy),
    counts.inconclusive,
  ];
}
