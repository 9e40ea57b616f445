import { parseSweepGrid, type SweepGridText } from "@hairline/core/triage";
import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import {
  addScaleOptions,
  policyInForce,
  requireScale,
  resolvePolicy,
  scaleNotice,
  type ScaleOptions,
} from "../policy-options.ts";
import { formatCount } from "../progress.ts";
import { addReadingOptions, readingRequest, type ReadingOptions } from "../reading-options.ts";
import { REPORT_GRID } from "../report/report-grid.ts";
import { writeReport } from "../report/write-report.ts";
import { addGridOptions } from "../sweep-options.ts";

interface ReportOptions extends ReadingOptions, ScaleOptions, SweepGridText {
  readonly policy?: string;
  readonly showKeys?: boolean;
  readonly out: string;
}

export function registerReport(program: Command, context: CliContext): void {
  const command = addScaleOptions(addReadingOptions(program.command("report")))
    .description(
      "write one HTML file about a dataset under a policy: outcomes, errors, a risk-coverage plot, heatmaps",
    )
    .option(
      "--policy <policy>",
      "p_low=0.22,entropy_max=1.5,area_max=0.3,alpha=0.5, where none leaves a gate out; or a stored policy, as name or name@version (default: the one in force)",
    )
    .option("--out <file>", "where to write it", "hairline-report.html")
    .option("--show-keys", "name images by their object keys, which may hold patient identifiers");
  addGridOptions(command, REPORT_GRID).action((dataset: string | undefined, options: ReportOptions) =>
    reportDataset(context, dataset, options),
  );
}

async function reportDataset(
  context: CliContext,
  dataset: string | undefined,
  options: ReportOptions,
): Promise<void> {
  const grid = parseSweepGrid(options);
  const written =
    options.policy === undefined ? undefined : await resolvePolicy(context, options.policy, options);
  const reading = await readingRequest(context, dataset, options);
  const given = written ?? (await policyInForce(reading, options));
  await requireScale(reading, given);
  const { path, bytes, input } = await writeReport(
    {
      ...reading,
      policy: given.policy,
      policyName: given.stored === undefined ? undefined : given.text,
      grid,
      showKeys: options.showKeys,
    },
    options.out,
  );
  const { overall, factsSha256, gallery } = input;
  const { output } = context;
  if (options.json === true) {
    output.json({ path, bytes, images: overall.images, pictures: gallery.length, factsSha256 });
    return;
  }
  const notice = scaleNotice(given);
  if (notice !== undefined) output.notice(`${notice}; the report gives it on the raw scale`);
  output.line(`report of ${formatCount(overall.images)} scored images, ${gallery.length} pictures: ${path}`);
}
