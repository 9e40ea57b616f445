import { ablateGates, type AblationReport } from "@hairline/core/analysis";
import { parseGate, type GateAblation, type GateBounds } from "@hairline/core/gates";
import { parseThreshold } from "@hairline/core/triage";
import { Option, type Command } from "commander";
import type { CliContext } from "../context.ts";
import { csvLine } from "@hairline/core/tables";
import { estimateCell } from "../estimate-cell.ts";
import type { Cell, Output } from "../output.ts";
import { requireScale, resolvePolicy } from "../policy-options.ts";
import { formatCount } from "../progress.ts";
import {
  addReadingOptions,
  commaList,
  metricCell,
  readingRequest,
  type ReadingOptions,
} from "../reading-options.ts";
import { addStatisticsOptions, coverageShare, type StatisticsOptions } from "../statistics-options.ts";

interface GatesOptions extends ReadingOptions, StatisticsOptions {
  readonly pLow: string;
  readonly policy?: string;
  readonly coverage?: number;
  readonly alpha?: string;
  readonly gate?: string[];
}

const GATES_HELP = `
Every gate defers flagged images (p >= p_low) by their CAM. Each is compared with deferring as many by their
probability alone. dAUGRC below 0: the gate finds errors better; above 0: it does not pay. Gates:
  entropy, entropy_normalized, area@<alpha>, both@<alpha>, degenerate
  <gate>:inverted   keeps high values instead      <gate>:two-sided   keeps the middle ones
docs/GATES.md tells how each number is defined and how to act on a finding.`;

export function registerGates(program: Command, context: CliContext): void {
  addStatisticsOptions(addReadingOptions(program.command("gates")))
    .description("measure what each CAM gate buys over the probability alone, on labelled images")
    .option("--p-low <p>", "images at or above it are flagged", "0.22")
    .addOption(
      new Option(
        "--policy <policy>",
        "compare the gates of this policy, by name or thresholds, first, and all others at the coverage they leave",
      ).conflicts(["pLow", "coverage"]),
    )
    .option(
      "--coverage <share>",
      "of the flagged images to keep when errors are counted (default: 0.8)",
      coverageShare,
    )
    .option("--alpha <value>", "of inverted and two-sided area gates (default: the model's nearest to 0.5)")
    .option("--gate <names>", "only these gates, separated by commas", commaList)
    .option("--csv", "print one line for each gate")
    .addHelpText("after", GATES_HELP)
    .action((dataset: string | undefined, options: GatesOptions) => runGates(context, dataset, options));
}

async function runGates(
  context: CliContext,
  dataset: string | undefined,
  options: GatesOptions,
): Promise<void> {
  const { gate: names, alpha, policy, coverage, confidence, replicates, seed } = options;
  const thresholds = {
    pLow: parseThreshold("p_low", options.pLow),
    alpha: alpha === undefined ? undefined : parseThreshold("alpha", alpha),
  };
  // Names are checked before anything is read; the alpha they default to is known only after.
  for (const name of names ?? []) parseGate(name, 0.5);
  const named = policy === undefined ? undefined : await resolvePolicy(context, policy);
  const request = await readingRequest(context, dataset, options);
  if (named !== undefined) await requireScale(request, named);
  const report = await ablateGates({
    ...request,
    ...thresholds,
    policy: named?.policy,
    coverage,
    gates: names === undefined ? undefined : (given) => names.map((name) => parseGate(name, given)),
    settings: { confidence, replicates, seed },
  });
  if (options.json === true) printJson(context.output, report);
  else if (options.csv === true) await writeCsv(context.output, report);
  else printReport(context.output, report);
}

function printJson(output: Output, { scope, ...report }: AblationReport): void {
  output.json({ dataset: scope.dataset, model: scope.model, ...report });
}

function printReport(output: Output, report: AblationReport): void {
  const { scope, pLow, flagged, flaggedFractures, settings } = report;
  output.line(
    `${scope.dataset} scored by ${scope.model}: ${formatCount(flagged)} of ${formatCount(report.labelled)} labelled ` +
      `images are flagged (p >= ${pLow}), ${formatCount(flaggedFractures)} of them fractures, ` +
      `of ${formatCount(report.clusters)} patients or studies`,
  );
  output.line(
    `AUGRC of keeping the highest probabilities: ${metricCell(report.rejectorAugrc) ?? "undefined"}; ` +
      `errors are counted with ${(100 * settings.coverage).toFixed(1)} % of the flagged kept, or more where ties force it`,
  );
  output.line();
  output.table(
    ["gate", "AUGRC", "dAUGRC", "kept", "thresholds", "errors", "by p", "d risk", "risk, tighter"],
    report.gates.map(gateRow),
  );
  output.line(
    `intervals at ${100 * settings.confidence} %, patients resampled; one in ` +
      `${Math.round(1 / (1 - settings.confidence))} excludes 0 by chance alone`,
  );
  output.line();
  output.table(
    ["gate", "verdict"],
    report.gates.map(({ gate, verdict }) => [gate, verdict]),
  );
}

function gateRow(ablation: GateAblation): Cell[] {
  const { augrc, augrcDifference, operatingPoint, direction } = ablation;
  return [
    ablation.gate,
    metricCell(augrc),
    estimateCell(augrcDifference),
    operatingPoint.kept,
    boundsText(operatingPoint.bounds),
    operatingPoint.errors,
    operatingPoint.rejectorErrors.toFixed(1),
    estimateCell(operatingPoint.riskDifference),
    direction.risk,
  ];
}

function boundsText(bounds: readonly GateBounds[]): string | null {
  if (bounds.length === 0) return null;
  return bounds
    .map(({ measure, alpha, min, max }) => {
      const name = alpha === null ? measure : `${measure}@${alpha}`;
      if (min === null) return `${name} <= ${max}`;
      return max === null ? `${name} >= ${min}` : `${min} <= ${name} <= ${max}`;
    })
    .join(", ");
}

const CSV_COLUMNS = [
  "gate",
  "usable",
  "augrc",
  "augrc_difference",
  "augrc_difference_lower",
  "augrc_difference_upper",
  "kept",
  "coverage",
  "thresholds",
  "errors",
  "rejector_errors",
  "risk_difference",
  "risk_difference_lower",
  "risk_difference_upper",
  "direction_auc",
  "direction_auc_lower",
  "direction_auc_upper",
  "risk_as_it_tightens",
  "verdict",
];

async function writeCsv(output: Output, { gates }: AblationReport): Promise<void> {
  let lines = csvLine(CSV_COLUMNS);
  for (const { operatingPoint: point, direction, augrcDifference, ...ablation } of gates) {
    lines += csvLine([
      ablation.gate,
      ablation.usable,
      ablation.augrc,
      augrcDifference.estimate,
      augrcDifference.lower,
      augrcDifference.upper,
      point.kept,
      point.coverage,
      boundsText(point.bounds),
      point.errors,
      point.rejectorErrors,
      point.riskDifference.estimate,
      point.riskDifference.lower,
      point.riskDifference.upper,
      direction.auc.estimate,
      direction.auc.lower,
      direction.auc.upper,
      direction.risk,
      ablation.verdict,
    ]);
  }
  await output.write(lines);
}
