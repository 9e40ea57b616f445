import { sweepRow, type SweepResult } from "@hairline/core/readings";
import { formatThreshold, paretoFront, repeatsEarlierAlpha, topConfigs } from "@hairline/core/triage";
import { InvalidArgumentError, Option, type Command } from "commander";
import type { CliContext } from "./context.ts";
import type { Cell, Output } from "./output.ts";
import { scaleNotice, type Scale } from "./policy-options.ts";
import { formatCount, formatDuration } from "./progress.ts";
import { metricCell } from "./reading-options.ts";
import { writeSweepCsv, writeSweepJson, type SweepOrigin } from "./sweep-export.ts";
import { RANKINGS } from "./sweep-options.ts";

/** How configs are shown. */
export interface ShownOptions {
  readonly top?: number;
  readonly by: keyof typeof RANKINGS;
  readonly json?: boolean;
  readonly csv?: boolean;
}

const DEFAULT_TOP = 10;
const MAX_TOP = 1000;

export function addShownOptions(command: Command): Command {
  return command
    .option("--top <n>", `the best configs only (a table shows ${DEFAULT_TOP})`, topCount)
    .addOption(
      new Option("--by <metric>", "what the best configs are best at")
        .choices(Object.keys(RANKINGS))
        .default("overall_accuracy"),
    )
    .option("--csv", "print one line for each config");
}

function topCount(text: string): number {
  if (/^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= MAX_TOP) return Number(text);
  throw new InvalidArgumentError(`Give a whole number from 1 to ${MAX_TOP}.`);
}

/** The best configs of a sweep, best first; one of those that differ in an unread alpha. */
export function bestConfigs(result: SweepResult, { by }: ShownOptions, limit: number): number[] {
  return topConfigs(result.counts, {
    by: RANKINGS[by],
    limit,
    skip: (index) => repeatsEarlierAlpha(result.grid, index),
  });
}

/** A sweep to show, with what it is of. */
export interface ShownSweep {
  readonly result: SweepResult;
  readonly origin: SweepOrigin;
  readonly scale: Scale;
  readonly level: "image" | "study";
}

/** Prints a sweep as a table, or as CSV or JSON where that was asked for. */
export async function showSweep(
  { output, signal }: Pick<CliContext, "output" | "signal">,
  { result, origin, scale, level }: ShownSweep,
  options: ShownOptions,
): Promise<void> {
  const chosen = options.top === undefined ? undefined : bestConfigs(result, options, options.top);
  if (options.csv === true) return writeSweepCsv(output, result, { chosen, signal });
  if (options.json === true) return writeSweepJson(output, result, { chosen, signal, origin, scale });
  printSummary(output, result, { origin, noun: level === "study" ? "studies" : "images" });
  const notice = scaleNotice(scale);
  if (notice !== undefined) output.line(notice);
  output.line();
  output.line(`best by ${options.by}, ties to the higher coverage:`);
  printConfigs(output, result, chosen ?? bestConfigs(result, options, DEFAULT_TOP));
  output.line();
  printFront(output, result);
}

function printSummary(
  output: Output,
  result: SweepResult,
  { origin, noun }: { origin: SweepOrigin; noun: string },
): void {
  const { scope, labelled, unlabelled, rocAuc } = result;
  const rows = labelled.positive + labelled.negative;
  output.line(
    `${formatCount(result.configs)} configs over ${formatCount(rows)} labelled ${noun} of ${scope.dataset} ` +
      `(fractures: ${formatCount(labelled.positive)}) scored by ${scope.model}, ${whence(origin)}`,
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

/** A result that was at hand says from when it is: nothing that it depends on has changed since. */
function whence({ reused, seconds, evaluatedAt }: SweepOrigin): string {
  return reused ? `as evaluated at ${evaluatedAt.toISOString()}` : `in ${elapsed(seconds)}`;
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
