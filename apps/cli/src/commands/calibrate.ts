import { CALIBRATION_METHODS, type CalibrationMethod } from "@hairline/core/calibration";
import {
  describeSelection,
  fitStoredCalibrator,
  formatReference,
  imageFilter,
  listCalibrators,
  type StoredCalibrator,
} from "@hairline/core/policies";
import { Option, type Command } from "commander";
import { addAuthorOptions, authorOf, type AuthorOptions } from "../author.ts";
import type { CliContext } from "../context.ts";
import type { Cell, Output } from "../output.ts";
import { formatCount } from "../progress.ts";
import { addReadingOptions, metricCell, readingRequest, type ReadingOptions } from "../reading-options.ts";

interface CalibrateOptions extends ReadingOptions, AuthorOptions {
  readonly method: CalibrationMethod;
  readonly name: string;
}

const CALIBRATE_HELP = `
A calibrator maps stored probabilities to calibrated ones, and never reorders images. It becomes the next version of
its name, is never changed, and is applied when scores are read: stored probabilities stay as they are.
  temperature   one divisor of the logit; needs the fewest labels
  platt         slope and intercept on the logit
  beta          three numbers; also bends the ends
  isotonic      any rising curve; wants about 1,000 labels, and ties what it cannot tell apart`;

export function registerCalibrate(program: Command, context: CliContext): void {
  addAuthorOptions(addReadingOptions(program.command("calibrate")))
    .description("fit a calibrator on the labelled images of a split")
    .addOption(
      new Option("--method <method>", "what to fit").choices(CALIBRATION_METHODS).makeOptionMandatory(),
    )
    .requiredOption("--name <name>", "what to call it")
    .addHelpText("after", CALIBRATE_HELP)
    .action(async (dataset: string | undefined, options: CalibrateOptions) => {
      const stored = await fitStoredCalibrator({
        ...(await readingRequest(context, dataset, options)),
        method: options.method,
        name: options.name,
        author: authorOf(options),
        note: options.note,
      });
      if (options.json === true) context.output.json(stored);
      else printCalibrator(context.output, stored);
    });
  program
    .command("calibrators")
    .description("list the calibrators, the latest version of each first")
    .option("--json", "print the result as JSON")
    .action(async ({ json }: { json?: boolean }) => {
      const { database } = await context.openStack();
      const stored = await listCalibrators(database);
      if (json === true) context.output.json(stored);
      else context.output.table(LIST_HEAD, stored.map(listRow));
    });
}

const LIST_HEAD = ["calibrator", "method", "model", "fit on", "images", "fractures", "created"];

function fitOn(stored: StoredCalibrator): string {
  return describeSelection({ dataset: stored.dataset, filter: imageFilter(stored) });
}

function listRow(stored: StoredCalibrator): Cell[] {
  return [
    formatReference(stored),
    stored.calibrator.method,
    stored.model,
    fitOn(stored),
    stored.images,
    stored.positives,
    stored.createdAt.toISOString().slice(0, 16).replace("T", " "),
  ];
}

function printCalibrator(output: Output, stored: StoredCalibrator): void {
  const { metrics, images, positives } = stored;
  output.line(
    `${formatReference(stored)}: ${stored.calibrator.method}, fit on ${formatCount(images)} labelled images ` +
      `(fractures: ${formatCount(positives)}) of ${fitOn(stored)}, scored by ${stored.model}`,
  );
  output.table(
    ["on the images it was fit on", "ECE", "Brier", "NLL"],
    [
      [
        "before",
        metricCell(metrics.before.ece),
        metricCell(metrics.before.brier),
        metricCell(metrics.before.nll),
      ],
      [
        "after",
        metricCell(metrics.after.ece),
        metricCell(metrics.after.brier),
        metricCell(metrics.after.nll),
      ],
    ],
  );
  output.line(
    `Evaluate it on another split: hairline calibration ${stored.dataset} --calibrator ${stored.name} --split …`,
  );
}
