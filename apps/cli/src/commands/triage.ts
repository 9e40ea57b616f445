import {
  triageDataset,
  triageImages,
  type TriageReport,
  type TriageRequest,
  type TriageSummary,
} from "@hairline/core/readings";
import { calibratorFunction } from "@hairline/core/calibration";
import { formatPolicy, TRIAGE_REASONS, outcomeOf } from "@hairline/core/triage";
import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import { csvLine } from "@hairline/core/tables";
import type { Cell, Output } from "../output.ts";
import {
  addScaleOptions,
  policyInForce,
  requireScale,
  resolvePolicy,
  scaleJson,
  scaleNotice,
  type GivenPolicy,
  type ScaleOptions,
} from "../policy-options.ts";
import { formatCount } from "../progress.ts";
import { addReadingOptions, metricCell, readingRequest, type ReadingOptions } from "../reading-options.ts";

interface TriageOptions extends ReadingOptions, ScaleOptions {
  readonly policy?: string;
}

export function registerTriage(program: Command, context: CliContext): void {
  addScaleOptions(addReadingOptions(program.command("triage")))
    .description("say negative, positive or inconclusive of every scored image under one policy")
    .option(
      "--policy <policy>",
      "p_low=0.22,entropy_max=1.5,area_max=0.3,alpha=0.5, where none leaves a gate out; or a stored policy, as name or name@version (default: the one in force)",
    )
    .option("--csv", "print one line for each image, with its outcome, the reason and how close it was")
    .action(async (dataset: string | undefined, options: TriageOptions) => {
      const written =
        options.policy === undefined ? undefined : await resolvePolicy(context, options.policy, options);
      const reading = await readingRequest(context, dataset, options);
      const given = written ?? (await policyInForce(reading, options));
      await requireScale(reading, given);
      const request = { ...reading, policy: given.policy };
      if (options.csv === true) return writeImages(context, request, given);
      const report = await triageDataset(request);
      if (options.json === true) printJson(context.output, report, given);
      else printReport(context.output, report, given);
    });
}

const IMAGE_COLUMNS = [
  "image",
  "study",
  "body_part",
  "split",
  "label",
  "probability",
  "entropy",
  "area",
  "degenerate",
  "outcome",
  "reason",
  "threshold",
  "margin",
];

async function writeImages(
  { output, signal }: CliContext,
  request: TriageRequest,
  { calibrator }: GivenPolicy,
): Promise<void> {
  const calibrated = calibrator === undefined ? undefined : calibratorFunction(calibrator.calibrator);
  let lines = csvLine(
    calibrated === undefined ? IMAGE_COLUMNS : [...IMAGE_COLUMNS, "calibrated_probability"],
  );
  for await (const image of triageImages(request)) {
    lines += csvLine([
      image.objectKey,
      image.studyKey,
      image.bodyPart,
      image.split,
      image.label,
      image.probability,
      image.entropy,
      image.area,
      image.degenerate,
      image.outcome,
      image.reason,
      image.threshold,
      image.margin,
      ...(calibrated === undefined ? [] : [calibrated(Math.fround(image.probability))]),
    ]);
    if (lines.length < 65_536) continue;
    signal.throwIfAborted();
    await output.write(lines);
    lines = "";
  }
  await output.write(lines);
}

function printJson(output: Output, report: TriageReport, given: GivenPolicy): void {
  const { scope, alphaSource, overall, bodyParts } = report;
  output.json({
    dataset: scope.dataset,
    model: scope.model,
    policy: given.thresholds,
    policyName: given.stored === undefined ? null : given.text,
    ...scaleJson(given),
    rawPLow: finiteOrNull(given.policy.pLow),
    alphaSource,
    overall,
    bodyParts,
  });
}

/** Null where the calibrator reaches p_low nowhere. */
function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function printReport(output: Output, report: TriageReport, given: GivenPolicy): void {
  const { scope, policy, overall, bodyParts } = report;
  output.line(`${scope.dataset} scored by ${scope.model}, policy ${policyText(given)}`);
  if (given.stored?.level === "study") {
    output.notice("the policy's outcomes are of studies; these are of their images");
  }
  output.line();
  output.table(
    ["", "images", "negative", "positive", "inconclusive"],
    [outcomeRow("all", overall), ...bodyParts.map((part) => outcomeRow(part.bodyPart ?? "(unknown)", part))],
  );
  output.line();
  output.table(
    ["reason", "outcome", "images"],
    TRIAGE_REASONS.map((reason) => [reason, outcomeOf(reason), overall.reasons[reason]]),
  );
  output.line();
  if (overall.labelled === 0) output.line("No image is labelled, so there are no metrics.");
  else printMetrics(output, report);
  if (report.alphaSource === "grid") {
    output.notice(`areas at alpha ${policy.alpha} were counted from the stored CAMs: no column holds them`);
  }
}

function policyText(given: GivenPolicy): string {
  const { stored, thresholds } = given;
  const named =
    stored === undefined ? formatPolicy(thresholds) : `${given.text} (${formatPolicy(thresholds)})`;
  const notice = scaleNotice(given);
  return notice === undefined ? named : `${named}; ${notice}`;
}

function outcomeRow(name: string, { images, outcomes }: TriageSummary): Cell[] {
  return [name, images, outcomes.negative, outcomes.positive, outcomes.inconclusive];
}

function printMetrics(output: Output, { overall, bodyParts }: TriageReport): void {
  output.table(
    [
      "labelled",
      "images",
      "tp",
      "fp",
      "tn",
      "fn",
      "coverage",
      "accuracy",
      "precision",
      "recall",
      "F1",
      "overall",
    ],
    [metricRow("all", overall), ...bodyParts.map((part) => metricRow(part.bodyPart ?? "(unknown)", part))],
  );
  output.line(
    "accuracy, precision, recall and F1 are of confident images; overall accuracy counts inconclusive as wrong",
  );
  const unlabelled = overall.images - overall.labelled;
  if (unlabelled > 0) output.line(`images without a label, in no metric: ${formatCount(unlabelled)}`);
}

function metricRow(name: string, { labelled, counts, metrics }: TriageSummary): Cell[] {
  return [
    name,
    labelled,
    counts.tp,
    counts.fp,
    counts.tn,
    counts.fn,
    metricCell(metrics.coverage),
    metricCell(metrics.accuracy),
    metricCell(metrics.precision),
    metricCell(metrics.recall),
    metricCell(metrics.f1),
    metricCell(metrics.overallAccuracy),
  ];
}
