import {
  certifyPolicy,
  choosePolicy,
  findPolicy,
  formatReference,
  LEVELS,
  type ChosenPolicy,
  type Level,
} from "@hairline/core/policies";
import { resolveScope, type ReadingRequest } from "@hairline/core/readings";
import { formatPolicy, parseSweepGrid } from "@hairline/core/triage";
import { Option, type Command } from "commander";
import { addAuthorOptions } from "../author.ts";
import { outcomeCaveats, printCertificates } from "../certificate-text.ts";
import {
  addClaimOptions,
  certificationOf,
  claimsOf,
  CLAIMS_HELP,
  type ClaimOptions,
} from "../certification-options.ts";
import type { CliContext } from "../context.ts";
import type { Cell, Output } from "../output.ts";
import { addImageFilterOptions, type ImageFilterOptions } from "../image-filter-options.ts";
import { policyJson } from "../policy-json.ts";
import { addScaleOptions, resolveScale, type ScaleOptions } from "../policy-options.ts";
import {
  addDatasetOptions,
  commaList,
  metricCell,
  readingRequest,
  type ReadingOptions,
} from "../reading-options.ts";
import { formatCount } from "../progress.ts";
import { wholeNumber } from "../statistics-options.ts";
import { addGridOptions, RANKINGS } from "../sweep-options.ts";

interface ChooseOptions extends ClaimOptions, ScaleOptions, ImageFilterOptions {
  readonly dataset?: string;
  readonly model?: string;
  readonly name?: string;
  readonly tuneSplit: string[];
  readonly certifySplit: string[];
  readonly bodyPart?: string[];
  readonly maximise: keyof typeof RANKINGS;
  readonly level: Level;
  readonly candidates: number;
  readonly pLow: string;
  readonly entropyMax: string;
  readonly areaMax: string;
  readonly alpha: string;
  readonly json?: boolean;
}

const DEFAULT_GRID = { pLow: "0.02:0.98:0.02", entropyMax: "none,1:3.8:0.2", areaMax: "none", alpha: "0.5" };

export function registerPolicyChoose(policy: Command, context: CliContext): void {
  const command = policy.command("choose");
  const searched = addImageFilterOptions(addGridOptions(addScaleOptions(command), DEFAULT_GRID));
  addAuthorOptions(addClaimOptions(searched))
    .description(
      "search a grid on one split for the best policy that keeps the claims, and certify it on another",
    )
    .option("--dataset <name>", "whose images (default: the only one)")
    .option("--model <name>", "whose scores to read (default: the only model that scored the dataset)")
    .option("--name <name>", "what to call the policy (default: <model>-<dataset>)")
    .requiredOption("--tune-split <names>", "splits to search on, separated by commas", commaList)
    .requiredOption("--certify-split <names>", "splits of other patients to certify on", commaList)
    .option("--body-part <names>", "only these body parts, separated by commas", commaList)
    .addOption(
      new Option("--maximise <metric>", "what to have the most of")
        .choices(Object.keys(RANKINGS))
        .default("coverage"),
    )
    .addOption(new Option("--max-coverage", "the same as --maximise coverage").conflicts("maximise"))
    .addOption(new Option("--level <level>", "what an outcome is of").choices(LEVELS).default("image"))
    .option("--candidates <n>", "the most configs to put to the test", wholeNumber(1, 1000), 50)
    .option("--json", "print the result as JSON")
    .addHelpText("after", CLAIMS_HELP)
    .action((options: ChooseOptions) => runChoose(context, options));
}

async function runChoose(context: CliContext, options: ChooseOptions): Promise<void> {
  const grid = parseSweepGrid(options);
  const request = await readingRequest(context, options.dataset, options);
  const { database, dataset, model, filter } = request;
  const chosen = await choosePolicy({
    database,
    dataset,
    model,
    ...(await resolveScale(database, options)),
    name: options.name ?? (await defaultName(request)),
    tune: { ...filter, splits: options.tuneSplit },
    certify: { ...filter, splits: options.certifySplit },
    grid,
    claims: claimsOf(options),
    objective: RANKINGS[options.maximise],
    level: options.level,
    candidates: options.candidates,
    note: options.note,
    ...certificationOf(options),
    signal: context.signal,
  });
  if (options.json === true) {
    context.output.json({ ...chosen, policy: policyJson(chosen.policy) });
    return;
  }
  printChosen(context.output, chosen);
}

/** A policy is known by whose scores it reads and of what; a name has at most 100 characters. */
async function defaultName(request: ReadingRequest): Promise<string> {
  const { model, dataset } = await resolveScope(request);
  return `${model}-${dataset}`.slice(0, 100);
}

function printChosen(output: Output, { policy, tuning, certification, certificates }: ChosenPolicy): void {
  output.line(`${formatReference(policy)}: ${formatPolicy(policy.thresholds)}`);
  output.line(
    `configs searched: ${formatCount(policy.tuning?.configs ?? 0)}; put to the test: ${policy.tuning?.candidates ?? 0}, ` +
      "from safest to best, of those that met all claims on the tuning images",
  );
  output.line();
  const row = (name: string, { outcomes, metrics }: ChosenPolicy["tuning"]): Cell[] => [
    name,
    outcomes.tp,
    outcomes.fp,
    outcomes.tn,
    outcomes.fn,
    outcomes.inconclusive,
    metricCell(metrics.coverage),
    metricCell(metrics.accuracy),
  ];
  output.table(
    ["", "tp", "fp", "tn", "fn", "inconclusive", "coverage", "accuracy"],
    [row("tuning", tuning), row("certification", certification)],
  );
  output.line();
  printCertificates(output, certificates);
  for (const caveat of outcomeCaveats(certification.outcomes)) output.notice(caveat);
}

interface CertifyOptions extends ClaimOptions, ReadingOptions {
  readonly dataset?: string;
}

export function registerPolicyCertify(policy: Command, context: CliContext): void {
  addAuthorOptions(addClaimOptions(addDatasetOptions(policy.command("certify"))))
    .description("test the claims of a stored policy on images that did not choose it")
    .argument("<policy>", "as name or name@version")
    .addHelpText("after", `${CLAIMS_HELP}\nWithout a claim, those that the policy was chosen for.`)
    .action(async (reference: string, options: CertifyOptions) => {
      const request = await readingRequest(context, options.dataset, options);
      const claims = claimsOf(options);
      const certificates = await certifyPolicy({
        ...request,
        policy: await findPolicy(request.database, reference),
        claims: claims.length === 0 ? undefined : claims,
        ...certificationOf(options),
      });
      if (options.json === true) context.output.json({ certificates });
      else printCertificates(context.output, certificates);
    });
}
