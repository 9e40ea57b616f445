import {
  compareStudyRules,
  readStudies,
  type BodyPartKappa,
  type StudyComparison,
  type StudyRequest,
  type StudyRuleMeasures,
} from "@hairline/core/analysis";
import { STUDY_RULES, type StudyRule } from "@hairline/core/pooling";
import { formatPolicy } from "@hairline/core/triage";
import { Option, type Command } from "commander";
import type { CliContext } from "../context.ts";
import { csvLine } from "@hairline/core/tables";
import { estimateCell } from "../estimate-cell.ts";
import type { Cell, Output } from "../output.ts";
import { requireScale, resolvePolicy } from "../policy-options.ts";
import { formatCount } from "../progress.ts";
import { addReadingOptions, readingRequest, type ReadingOptions } from "../reading-options.ts";
import { addStatisticsOptions, type StatisticsOptions } from "../statistics-options.ts";

interface StudiesOptions extends ReadingOptions, StatisticsOptions {
  readonly policy: string;
  readonly rule: StudyRule;
}

const STUDIES_HELP = `
Rules of reading a study from its views:
  views      any positive view: positive; else any inconclusive view: inconclusive; else negative
  mean, max, min, noisy_or
             the triage rule on the pooled probability and the CAM of the view with the highest probability`;

export function registerStudies(program: Command, context: CliContext): void {
  addStatisticsOptions(addReadingOptions(program.command("studies")))
    .description("read studies from their views by each rule, and measure the rules on labelled studies")
    .requiredOption(
      "--policy <policy>",
      "thresholds as in triage, or a stored policy as name or name@version",
    )
    .addOption(
      new Option("--rule <rule>", "whose kappas are given by body part")
        .choices(STUDY_RULES)
        .default("views"),
    )
    .option("--csv", "print one line for each study, with every rule's probability and outcome")
    .addHelpText("after", STUDIES_HELP)
    .action((dataset: string | undefined, options: StudiesOptions) => runStudies(context, dataset, options));
}

async function runStudies(
  context: CliContext,
  dataset: string | undefined,
  options: StudiesOptions,
): Promise<void> {
  const given = await resolvePolicy(context, options.policy);
  const reading = await readingRequest(context, dataset, options);
  await requireScale(reading, given);
  const request = { ...reading, policy: given.policy };
  if (options.csv === true) return writeStudies(context, request);
  const { rule, confidence, replicates, seed } = options;
  const report = await compareStudyRules({ ...request, rule, settings: { confidence, replicates, seed } });
  if (options.json === true) printJson(context.output, report);
  else printReport(context.output, report);
}

const STUDY_COLUMNS = [
  "study",
  "body_part",
  "split",
  "label",
  "images",
  "views",
  ...STUDY_RULES.filter((rule) => rule !== "views").map((rule) => `probability_${rule}`),
  ...STUDY_RULES.map((rule) => `outcome_${rule}`),
];

async function writeStudies({ output, signal }: CliContext, request: StudyRequest): Promise<void> {
  let lines = csvLine(STUDY_COLUMNS);
  for await (const study of readStudies(request)) {
    lines += csvLine([
      study.studyKey,
      study.bodyPart,
      study.split,
      study.label,
      study.images,
      study.views,
      ...STUDY_RULES.filter((rule) => rule !== "views").map((rule) => study.probability[rule]),
      ...STUDY_RULES.map((rule) => study.outcome[rule]),
    ]);
    if (lines.length < 65_536) continue;
    signal.throwIfAborted();
    await output.write(lines);
    lines = "";
  }
  await output.write(lines);
}

function printJson(output: Output, { scope, ...report }: StudyComparison): void {
  output.json({ dataset: scope.dataset, model: scope.model, ...report });
}

function printReport(output: Output, report: StudyComparison): void {
  const { scope, policy, studies, incomplete } = report;
  output.line(
    `${formatCount(studies)} studies of ${scope.dataset} scored by ${scope.model}, policy ${formatPolicy(policy)}`,
  );
  if (incomplete > 0)
    output.line(`studies with images that are not among their views: ${formatCount(incomplete)}`);
  output.line();
  output.table(
    [
      "rule",
      "negative",
      "positive",
      "inconclusive",
      "AUROC",
      "sensitivity",
      "specificity",
      "PPV",
      "NPV",
      "kappa",
      "kappa, forced",
    ],
    report.rules.map(ruleRow),
  );
  const reason = report.rules[0]?.measures.reason;
  if (reason != null) output.line(`measures are undefined: ${reason}`);
  output.line(
    "sensitivity to kappa are of decided studies; forced: of all, positive at p_low and above, without abstention",
  );
  output.line();
  output.table(
    ["body part", "labelled", "coverage", "kappa", "kappa, forced", "MURA baseline", "MURA radiologists"],
    report.bodyParts.map(kappaRow),
  );
  output.line(
    `kappas of the rule ${report.kappaRule}, with the labels; those of MURA are from Rajpurkar et al. 2017`,
  );
  output.line(
    "(arXiv:1712.06957, Table 2), on 207 hidden test studies read by three radiologists: other studies than these",
  );
}

function ruleRow({ rule, outcomes, measures }: StudyRuleMeasures): Cell[] {
  const { auroc, decisions } = measures;
  const share = (name: "sensitivity" | "specificity" | "ppv" | "npv" | "kappa" | "forcedKappa"): Cell =>
    decisions === null ? null : estimateCell(decisions[name]);
  return [
    rule,
    outcomes.negative,
    outcomes.positive,
    outcomes.inconclusive,
    estimateCell(auroc),
    share("sensitivity"),
    share("specificity"),
    share("ppv"),
    share("npv"),
    share("kappa"),
    share("forcedKappa"),
  ];
}

function kappaRow({ bodyPart, labelled, coverage, kappa, forcedKappa, published }: BodyPartKappa): Cell[] {
  return [
    bodyPart ?? "(unknown)",
    labelled,
    coverage === null ? null : estimateCell(coverage),
    estimateCell(kappa),
    estimateCell(forcedKappa),
    published === null ? null : published.baseline.toFixed(3),
    published === null ? null : published.radiologists.map((each) => each.toFixed(3)).join(" to "),
  ];
}
