import type { ReliabilityBin } from "@hairline/core/calibration";
import {
  calibrationReport,
  findCalibrator,
  formatReference,
  type CalibrationReport,
  type CalibrationSummary,
} from "@hairline/core/policies";
import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import { csvLine } from "@hairline/core/tables";
import { estimateCell } from "../estimate-cell.ts";
import type { Cell, Output } from "../output.ts";
import { formatCount } from "../progress.ts";
import { addReadingOptions, metricCell, readingRequest, type ReadingOptions } from "../reading-options.ts";
import { addStatisticsOptions, wholeNumber, type StatisticsOptions } from "../statistics-options.ts";

interface CalibrationOptions extends ReadingOptions, StatisticsOptions {
  readonly calibrator?: string;
  readonly bins: number;
}

export function registerCalibration(program: Command, context: CliContext): void {
  addStatisticsOptions(addReadingOptions(program.command("calibration")))
    .description("measure how well probabilities agree with labels, before and after a calibrator")
    .option("--calibrator <name>", "as name or name@version; without it, stored probabilities only")
    .option("--bins <n>", "of about equally many images", wholeNumber(1, 1000), 15)
    .option("--csv", "print one line for each bin of the reliability diagram")
    .action((dataset: string | undefined, options: CalibrationOptions) =>
      runCalibration(context, dataset, options),
    );
}

async function runCalibration(
  context: CliContext,
  dataset: string | undefined,
  options: CalibrationOptions,
): Promise<void> {
  const { confidence, replicates, seed, bins } = options;
  const request = await readingRequest(context, dataset, options);
  const calibrator =
    options.calibrator === undefined ? undefined : await findCalibrator(request.database, options.calibrator);
  const bootstrap = { confidence, replicates, seed };
  const report = await calibrationReport({ ...request, calibrator, bins, bootstrap });
  const { output } = context;
  if (options.json === true) printJson(output, report, bootstrap);
  else if (options.csv === true) await output.write(binLines(report));
  else printReport(output, report, confidence);
  if (options.json !== true && report.warning !== null) output.notice(`warning: ${report.warning}`);
}

function printJson(output: Output, report: CalibrationReport, bootstrap: StatisticsOptions): void {
  const { scope, calibrator, ...rest } = report;
  output.json({
    dataset: scope.dataset,
    model: scope.model,
    calibrator: calibrator === null ? null : formatReference(calibrator),
    method: calibrator?.calibrator.method ?? null,
    bootstrap,
    ...rest,
  });
}

function stages({ before, after }: CalibrationReport): [string, CalibrationSummary][] {
  return after === null
    ? [["before", before]]
    : [
        ["before", before],
        ["after", after],
      ];
}

const BIN_COLUMNS = [
  "stage",
  "lowest",
  "highest",
  "count",
  "positives",
  "mean_probability",
  "observed_rate",
  "observed_lower",
  "observed_upper",
];

function binLines(report: CalibrationReport): string {
  const lines = stages(report).flatMap(([stage, { bins }]) =>
    bins.map((bin) =>
      csvLine([
        stage,
        bin.lowest,
        bin.highest,
        bin.count,
        bin.positives,
        bin.meanProbability,
        bin.observedRate,
        bin.interval.lower,
        bin.interval.upper,
      ]),
    ),
  );
  return csvLine(BIN_COLUMNS) + lines.join("");
}

function printReport(output: Output, report: CalibrationReport, confidence: number): void {
  const { scope, calibrator, images, positives, clusters } = report;
  output.line(
    `${scope.dataset} scored by ${scope.model}: ${formatCount(images)} labelled images ` +
      `(fractures: ${formatCount(positives)}) of ${formatCount(clusters)} patients or studies` +
      (calibrator === null
        ? ""
        : `; calibrator ${formatReference(calibrator)} (${calibrator.calibrator.method})`),
  );
  if (images === 0) return output.line("No image is labelled, so there are no figures.");
  output.line();
  output.table(
    ["", "ECE", "Brier", "NLL"],
    stages(report).map(([stage, { ece, brier, nll }]) => [
      stage,
      estimateCell(ece),
      metricCell(brier),
      metricCell(nll),
    ]),
  );
  output.line(
    `ECE over bins of about equally many images; ${100 * confidence} % interval, patients resampled`,
  );
  for (const [stage, { bins }] of stages(report)) {
    output.line();
    output.table([stage, "images", "fractures", "mean p", "observed", ""], bins.map(binRow));
  }
}

function binRow(bin: ReliabilityBin): Cell[] {
  const { interval } = bin;
  return [
    `${bin.lowest.toFixed(3)} to ${bin.highest.toFixed(3)}`,
    bin.count,
    bin.positives,
    metricCell(bin.meanProbability),
    metricCell(bin.observedRate),
    `${interval.lower.toFixed(3)} to ${interval.upper.toFixed(3)}`,
  ];
}
