import {
  localise,
  LOCALISATION_GROUPS,
  type LocalisationGroup,
  type LocalisationReport,
} from "@hairline/core/analysis";
import { formatPolicy, parseGridAxis } from "@hairline/core/triage";
import type { Command } from "commander";
import { archiveSizes } from "../archive-sizes.ts";
import type { CliContext } from "../context.ts";
import { csvLine } from "@hairline/core/tables";
import { estimateCell, type EstimateLike } from "../estimate-cell.ts";
import type { Cell, Output } from "../output.ts";
import { requireScale, resolvePolicy } from "../policy-options.ts";
import { formatCount } from "../progress.ts";
import { addReadingOptions, metricCell, readingRequest, type ReadingOptions } from "../reading-options.ts";
import { addStatisticsOptions, type StatisticsOptions } from "../statistics-options.ts";

interface LocalisationOptions extends ReadingOptions, StatisticsOptions {
  readonly policy: string;
  readonly alpha?: string;
}

const LOCALISATION_HELP = `
pointing   the hottest cell's centre lies in a box (pointing game)
touching   the hottest cell touches a box: what a coarse grid can tell
energy     share of the heat inside the boxes
IoU@a      area shared over area of both, of the cells above a times the largest and the boxes
chance     what a random cell, or heat spread evenly, would reach under the same boxes
Boxes are scaled as the network saw the image: x and y each on its own. Sizes of images not known yet are read from
their files once.`;

export function registerLocalisation(program: Command, context: CliContext): void {
  addStatisticsOptions(addReadingOptions(program.command("localisation")))
    .description("measure where CAMs point against lesion boxes, by the outcome under a policy")
    .requiredOption(
      "--policy <policy>",
      "thresholds as in triage, or a stored policy as name or name@version",
    )
    .option("--alpha <values>", "of the overlap: start:end:step, or a list (default: those of the model)")
    .option("--csv", "print one line for each outcome and measure")
    .addHelpText("after", LOCALISATION_HELP)
    .action((dataset: string | undefined, options: LocalisationOptions) =>
      runLocalisation(context, dataset, options),
    );
}

async function runLocalisation(
  context: CliContext,
  dataset: string | undefined,
  options: LocalisationOptions,
): Promise<void> {
  const { output, signal } = context;
  const { alpha, confidence, replicates, seed } = options;
  const alphas = alpha === undefined ? undefined : parseGridAxis("alpha", alpha);
  const given = await resolvePolicy(context, options.policy);
  const request = await readingRequest(context, dataset, options);
  await requireScale(request, given);
  const report = await localise({
    ...request,
    policy: given.policy,
    alphas,
    readSize: await archiveSizes(request.database, request.dataset),
    signal,
    settings: { confidence, replicates, seed },
  });
  if (options.json === true) printJson(output, report);
  else if (options.csv === true) await writeCsv(output, report);
  else printReport(output, report);
}

function printJson(output: Output, { scope, ...report }: LocalisationReport): void {
  output.json({ dataset: scope.dataset, model: scope.model, ...report });
}

function printReport(output: Output, report: LocalisationReport): void {
  const { scope, policy, boxed, groups, missed, unmeasured, unsized } = report;
  output.line(
    `${formatCount(boxed)} images with lesion boxes of ${scope.dataset} scored by ${scope.model}, ` +
      `policy ${formatPolicy(policy)}`,
  );
  output.line(
    `fractures called negative: ${missed}; not measured: ` +
      `${unmeasured.no_cam} without CAM, ${unmeasured.no_size} of unknown size, ` +
      `${unmeasured.boxes_outside} with boxes outside the image, ${unmeasured.degenerate} degenerate`,
  );
  output.line();
  output.table(
    ["outcome", "images", "pointing", "touching", "energy", ...report.alphas.map((each) => `IoU@${each}`)],
    LOCALISATION_GROUPS.flatMap((group) => groupRows(group, report)),
  );
  output.line();
  const { touching, energy } = report.passedLessDeferred;
  output.line(`positive less inconclusive: touching ${text(touching)}, energy ${text(energy)}`);
  const { entropy, area } = report.lowMeasureAuc;
  output.line(
    `probability that a touching map has the lower entropy: ${text(entropy)}, the lower area: ${text(area)}`,
  );
  output.line();
  output.line(`Does the gate pass maps that point at the lesion? ${report.verdict}`);
  if (groups.all.images === 0 && unsized[0] !== undefined) {
    output.notice(`${unsized[0].objectKey}: ${unsized[0].code}: ${unsized[0].message}`);
  }
}

function text(estimate: EstimateLike): string {
  return estimateCell(estimate) ?? "undefined";
}

function groupRows(group: LocalisationGroup, { groups, alphas }: LocalisationReport): Cell[][] {
  const { images, pointing, touching, energy, iou, chance } = groups[group];
  return [
    [
      group,
      images,
      estimateCell(pointing),
      estimateCell(touching),
      estimateCell(energy),
      ...iou.map((each) => estimateCell(each)),
    ],
    [
      "  chance",
      null,
      metricCell(chance.pointing),
      metricCell(chance.touching),
      metricCell(chance.energy),
      ...alphas.map(() => null),
    ],
  ];
}

const CSV_COLUMNS = ["outcome", "images", "measure", "alpha", "estimate", "lower", "upper", "chance"];

async function writeCsv(output: Output, { groups, alphas }: LocalisationReport): Promise<void> {
  let lines = csvLine(CSV_COLUMNS);
  for (const group of LOCALISATION_GROUPS) {
    const { images, iou, chance, ...measures } = groups[group];
    for (const measure of ["pointing", "touching", "energy"] as const) {
      const { estimate, lower, upper } = measures[measure];
      lines += csvLine([group, images, measure, null, estimate, lower, upper, chance[measure]]);
    }
    for (const [at, { estimate, lower, upper }] of iou.entries()) {
      lines += csvLine([group, images, "iou", alphas[at] ?? null, estimate, lower, upper, null]);
    }
  }
  await output.write(lines);
}
