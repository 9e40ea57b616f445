import {
  importPredictions,
  parseCamShape,
  type CamShape,
  type PredictionsReport,
} from "@hairline/core/predictions";
import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import type { Output } from "../output.ts";
import { formatCount, formatDuration } from "../progress.ts";
import { printRejections, refuseRejections } from "../rejections.ts";

interface ImportOptions {
  readonly model: string;
  readonly dataset?: string;
  readonly camShape?: CamShape;
  readonly strict?: boolean;
  readonly json?: boolean;
}

const COLUMNS_HELP = `
Columns, by header name in any order:
  image         path of the image below the archive's root (or: path)
  probability   of fracture, from 0 to 1 (or: p, prob)
  cam           Grad-CAM cells, 0 or more, row by row, separated by ";"; entropy and areas are computed from it
  entropy       of the CAM in nats, and
  area@<alpha>  share of its cells above alpha times the largest, for up to 8 alphas: in the place of cam
  label, study, patient, body_part, split
                optional; an empty cell says nothing
An empty cam, entropy or area is missing: such an image passes no gate that needs it.`;

export function registerPredictions(program: Command, context: CliContext): void {
  program
    .command("predictions")
    .description("bring scores that were made elsewhere")
    .command("import")
    .description(
      "import a CSV of predictions as those of a named external model; importing it again changes nothing",
    )
    .argument("<csv>", "the predictions")
    .requiredOption("--model <name>", "the external model they are of; made when there is none of that name")
    .option(
      "--dataset <name>",
      "whose images they are of (default: a dataset named after the CSV, made of its rows)",
    )
    .option("--cam-shape <height>x<width>", "shape of the CAMs (default: square)", parseCamShape)
    .option("--strict", "fail when anything was rejected; what could be imported stays")
    .option("--json", "print the result as JSON")
    .addHelpText("after", COLUMNS_HELP)
    .action((path: string, options: ImportOptions) => importFile(context, path, options));
}

async function importFile(context: CliContext, path: string, options: ImportOptions): Promise<void> {
  const { database } = await context.openStack();
  const progress = context.output.progress({ label: "importing", unit: "rows" });
  const report = await importPredictions({
    database,
    path,
    model: options.model,
    dataset: options.dataset,
    camShape: options.camShape,
    signal: context.signal,
    onProgress: ({ entries }) => progress.update(entries),
  });
  progress.finish();
  if (options.json === true) context.output.json(report);
  else printReport(context.output, report);
  if (options.strict === true) refuseRejections(report);
}

function printReport(output: Output, report: PredictionsReport): void {
  output.line(
    `${formatCount(report.entries)} rows for ${report.datasetCreated ? "the new dataset" : "dataset"} ` +
      `${report.dataset}, ${report.modelCreated ? "new external model" : "model"} ${report.model}, ` +
      `in ${formatDuration(report.seconds)}`,
  );
  output.table(
    ["added", "updated", "unchanged", "duplicates", "rejected"],
    [[report.added, report.updated, report.unchanged, report.duplicates, report.rejected]],
  );
  printRejections(output, report);
  if (report.withoutFacts > 0) {
    output.notice(
      `rows with neither CAM nor entropy nor area, which pass no gate: ${formatCount(report.withoutFacts)}`,
    );
  }
  if (report.ignoredColumns.length > 0) {
    output.notice(`columns without a meaning here, ignored: ${report.ignoredColumns.join(", ")}`);
  }
}
