import {
  measureReadings,
  SLICES,
  type Measures,
  type MeasuresReport,
  type Proportion,
  type Slice,
} from "@hairline/core/analysis";
import { HairlineError } from "@hairline/core/errors";
import { LEVELS, type Level } from "@hairline/core/policies";
import { STUDY_RULES, type StudyRule } from "@hairline/core/pooling";
import type { ReadingRequest } from "@hairline/core/readings";
import { formatPolicy, type Policy } from "@hairline/core/triage";
import { Option, type Command } from "commander";
import type { CliContext } from "../context.ts";
import { csvLine, type CsvCell } from "@hairline/core/tables";
import { estimateCell } from "../estimate-cell.ts";
import type { Cell, Output } from "../output.ts";
import { requireScale, resolvePolicy } from "../policy-options.ts";
import { formatCount } from "../progress.ts";
import { addReadingOptions, metricCell, readingRequest, type ReadingOptions } from "../reading-options.ts";
import { addStatisticsOptions, coverageShare, type StatisticsOptions } from "../statistics-options.ts";

interface MetricsOptions extends ReadingOptions, StatisticsOptions {
  readonly policy?: string;
  readonly level: Level;
  readonly rule: StudyRule;
  readonly by?: Slice;
  readonly risk: number;
  readonly coverage: number;
}

const METRICS_HELP = `
AURC, E-AURC, AUGRC and the two points of the risk-coverage curve are of forced readings at p_low (0.5 without a
policy): the surer, the further p is from it. Sensitivity to kappa are of images, or studies, that the policy decides.
Intervals resample patients; JSON and CSV also give Wilson's and Clopper and Pearson's, which take images as
independent.`;

export function registerMetrics(program: Command, context: CliContext): void {
  addStatisticsOptions(addReadingOptions(program.command("metrics")))
    .description("measure a model's probabilities, and a policy's outcomes, against the labels")
    .option("--policy <policy>", "thresholds as in triage, or a stored policy as name or name@version")
    .addOption(new Option("--level <level>", "what is measured").choices(LEVELS).default("image"))
    .addOption(
      new Option("--rule <rule>", "how a study is read from its views (see studies)")
        .choices(STUDY_RULES)
        .default("views"),
    )
    .addOption(new Option("--by <slice>", "also measure each of these").choices(SLICES))
    .option("--risk <share>", "selective risk to give the coverage at", coverageShare, 0.05)
    .option("--coverage <share>", "coverage to give the selective risk at", coverageShare, 0.8)
    .option("--csv", "print one line for each slice and measure")
    .addHelpText("after", METRICS_HELP)
    .action((dataset: string | undefined, options: MetricsOptions) => runMetrics(context, dataset, options));
}

async function runMetrics(
  context: CliContext,
  dataset: string | undefined,
  options: MetricsOptions,
): Promise<void> {
  const given = options.policy === undefined ? undefined : await resolvePolicy(context, options.policy);
  const request = await readingRequest(context, dataset, options);
  if (given !== undefined) await requireScale(request, given);
  const report = await readMeasures(request, given?.policy, options);
  if (options.json === true) printJson(context.output, report);
  else if (options.csv === true) await writeCsv(context.output, report);
  else printReport(context.output, report);
}

function readMeasures(
  request: ReadingRequest,
  policy: Policy | undefined,
  { level, rule, by, risk, coverage, confidence, replicates, seed }: MetricsOptions,
): Promise<MeasuresReport> {
  const settings = { risk, coverage, confidence, replicates, seed };
  if (level === "image") return measureReadings({ ...request, level, policy, by, settings });
  if (by !== "view" && by !== "hardware") {
    return measureReadings({ ...request, level, rule, policy, by, settings });
  }
  throw new HairlineError("BAD_ARGUMENT", `Views of one study differ in ${by}.`, {
    field: "--by",
    remedy: "Use --by body_part or split, or --level image.",
  });
}

function printJson(output: Output, { scope, ...report }: MeasuresReport): void {
  output.json({ dataset: scope.dataset, model: scope.model, ...report });
}

interface NamedMeasures {
  readonly name: string;
  readonly measures: Measures;
}

function namedMeasures({ overall, slices }: MeasuresReport): NamedMeasures[] {
  return [
    { name: "all", measures: overall },
    ...slices.map(({ value, measures }) => ({ name: value ?? "(unknown)", measures })),
  ];
}

function printReport(output: Output, report: MeasuresReport): void {
  const { scope, level, policy, settings, overall } = report;
  const noun = level === "study" ? "studies" : "images";
  output.line(
    `${formatCount(overall.rows)} scored ${noun} of ${scope.dataset}, model ${scope.model}` +
      `${policy === null ? "" : `, policy ${formatPolicy(policy)}`}; intervals at ${100 * settings.confidence} %`,
  );
  output.line();
  const all = namedMeasures(report);
  output.table(
    ["", "labelled", "fractures", "AUROC", "AUPRC", "Brier", "AURC", "E-AURC", "AUGRC"],
    all.map(({ name, measures }) => probabilityRow(name, measures)),
  );
  output.line();
  output.table(
    ["", `coverage at risk ${settings.risk}`, `risk at coverage ${settings.coverage}`],
    all.map(({ name, measures }) => [
      name,
      metricCell(measures.coverageAtRisk),
      metricCell(measures.riskAtCoverage),
    ]),
  );
  if (policy !== null) {
    output.line();
    output.table(
      ["", "coverage", "sensitivity", "specificity", "PPV", "NPV", "F1", "kappa", "kappa, forced"],
      all.map(({ name, measures }) => decisionRow(name, measures)),
    );
  }
  for (const { name, measures } of all) {
    if (measures.reason !== null)
      output.line(`${name}: what needs both classes is undefined, ${measures.reason}`);
  }
}

function probabilityRow(name: string, measures: Measures): Cell[] {
  const { labelled, positive, auroc, auprc, brier, aurc, excessAurc, augrc } = measures;
  return [
    name,
    labelled,
    positive,
    ...[auroc, auprc, brier, aurc, excessAurc, augrc].map((each) => estimateCell(each)),
  ];
}

function decisionRow(name: string, { decisions }: Measures): Cell[] {
  if (decisions === null) return [name];
  const { coverage, sensitivity, specificity, ppv, npv, f1, kappa, forcedKappa } = decisions;
  return [
    name,
    ...[coverage, sensitivity, specificity, ppv, npv].map(proportionCell),
    ...[f1, kappa, forcedKappa].map((each) => estimateCell(each)),
  ];
}

/** Where all or none succeed a bootstrap cannot vary: the exact interval stands in. */
function proportionCell({ estimate, lower, upper, clopperPearson }: Proportion): string | null {
  if (lower !== null || clopperPearson === null) return estimateCell({ estimate, lower, upper });
  return estimateCell({ estimate, ...clopperPearson });
}

const PROPORTIONS = ["coverage", "sensitivity", "specificity", "ppv", "npv", "accuracy"] as const;
const CSV_COLUMNS = [
  "slice",
  "measure",
  "estimate",
  "lower",
  "upper",
  "successes",
  "trials",
  "wilson_lower",
  "wilson_upper",
  "clopper_pearson_lower",
  "clopper_pearson_upper",
];

async function writeCsv(output: Output, report: MeasuresReport): Promise<void> {
  let lines = csvLine(CSV_COLUMNS);
  for (const { name, measures } of namedMeasures(report)) {
    for (const cells of measureCells(measures)) {
      const line = [name, ...cells];
      lines += csvLine(CSV_COLUMNS.map((_, at) => line[at] ?? null));
    }
  }
  await output.write(lines);
}

function* measureCells(measures: Measures): Generator<CsvCell[]> {
  const { auroc, auprc, brier, aurc, excessAurc, augrc, decisions } = measures;
  for (const count of ["rows", "labelled", "positive", "negative", "clusters"] as const) {
    yield [count, measures[count]];
  }
  const estimates = { auroc, auprc, brier, aurc, excess_aurc: excessAurc, augrc };
  for (const [name, { estimate, lower, upper }] of Object.entries(estimates))
    yield [name, estimate, lower, upper];
  yield ["coverage_at_risk", measures.coverageAtRisk];
  yield ["risk_at_coverage", measures.riskAtCoverage];
  if (decisions === null) return;
  for (const [name, count] of Object.entries(decisions.counts)) yield [name, count];
  for (const name of PROPORTIONS) yield [name, ...proportionCells(decisions[name])];
  const others = { f1: decisions.f1, kappa: decisions.kappa, forced_kappa: decisions.forcedKappa };
  for (const [name, { estimate, lower, upper }] of Object.entries(others))
    yield [name, estimate, lower, upper];
}

function proportionCells({
  estimate,
  lower,
  upper,
  successes,
  trials,
  wilson,
  clopperPearson,
}: Proportion): CsvCell[] {
  return [
    estimate,
    lower,
    upper,
    successes,
    trials,
    wilson?.lower ?? null,
    wilson?.upper ?? null,
    clopperPearson?.lower ?? null,
    clopperPearson?.upper ?? null,
  ];
}
