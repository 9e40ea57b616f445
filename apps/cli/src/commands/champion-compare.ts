import { readFile } from "node:fs/promises";
import {
  compareModels,
  comparisonById,
  keyFlips,
  listComparisons,
  reissueCertificate,
  type ComparedPolicy,
  type KeyedFlip,
  type ModelComparison,
} from "@hairline/core/champions";
import { DEFAULT_PROMOTION_RULE, parsePromotionRule, type PromotionRule } from "@hairline/core/comparison";
import { HairlineError } from "@hairline/core/errors";
import { describeSelection, findPolicyInForce, formatReference, imageFilter } from "@hairline/core/policies";
import { resolveScope } from "@hairline/core/readings";
import { csvLine } from "@hairline/core/tables";
import { InvalidArgumentError, Option, type Command } from "commander";
import { authorOf } from "../author.ts";
import { comparisonVerdict, printComparison } from "../comparison-text.ts";
import type { CliContext } from "../context.ts";
import {
  addImageFilterOptions,
  imageFilter as filterOf,
  type ImageFilterOptions,
} from "../image-filter-options.ts";
import { resolvePolicy } from "../policy-options.ts";
import { commaList } from "../reading-options.ts";
import { resolveDataset } from "../selection.ts";
import { wholeNumber } from "../statistics-options.ts";

interface CompareOptions extends ImageFilterOptions {
  readonly dataset?: string;
  readonly split?: string[];
  readonly bodyPart?: string[];
  readonly policy?: string;
  readonly challengerPolicy?: string;
  readonly certify?: boolean;
  readonly rule?: string;
  readonly replicates: number;
  readonly seed: number;
  readonly author?: string;
  readonly json?: boolean;
  readonly csv?: boolean;
}

export function registerChampionCompare(champion: Command, context: CliContext): void {
  const command = champion
    .command("compare")
    .description("compare two models on the images both scored; the result is stored for promote")
    .argument("<champion>", "name of the model in use")
    .argument("<challenger>", "name of the model that may take its place")
    .option("--dataset <name>", "whose images (default: the only one)")
    .option("--split <names>", "only these splits, separated by commas", commaList)
    .option("--body-part <names>", "only these body parts, separated by commas", commaList);
  addImageFilterOptions(command)
    .option("--policy <policy>", "what the champion is read with (default: the policy in force for it)")
    .addOption(
      new Option(
        "--challenger-policy <policy>",
        "what the challenger is read with (default: the policy in force for it, else the champion's)",
      ).conflicts("certify"),
    )
    .option("--certify", "first make the challenger a policy as the champion's certified one was made")
    .option("--rule <file>", "JSON of the promotion rule (default: see docs/CHAMPIONS.md)")
    .option("--replicates <n>", "resamples of whole patients", wholeNumber(1, 100_000), 1000)
    .option("--seed <n>", "of the resamples", wholeNumber(0, 4_294_967_295), 1)
    .option("--author <name>", "kept with it (default: the user of this computer)")
    .option("--csv", "print one line for each image, or study, that flips")
    .addOption(new Option("--json", "print the comparison and its flips as JSON").conflicts("csv"))
    .action((one: string, two: string, options: CompareOptions) => runCompare(context, [one, two], options));
}

async function runCompare(
  context: CliContext,
  [champion, challenger]: readonly [string, string],
  options: CompareOptions,
): Promise<void> {
  const { output, signal } = context;
  const rule = await readRule(options.rule);
  const conditions = await filterOf(options);
  const { database } = await context.openStack();
  const dataset = (await resolveDataset(database, options.dataset)).name;
  const pair = { dataset, champion, challenger };
  const policies = await policiesOf(context, pair, options);
  const { comparison, flipped } = await compareModels({
    database,
    ...pair,
    ...policies,
    filter: {
      ...conditions,
      ...(options.split === undefined ? {} : { splits: options.split }),
      ...(options.bodyPart === undefined ? {} : { bodyParts: options.bodyPart }),
    },
    rule,
    replicates: options.replicates,
    seed: options.seed,
    author: authorOf(options),
    signal,
  });
  if (options.json !== true && options.csv !== true) return printComparison(output, comparison);
  const flips = await keyFlips(database, flipped);
  if (options.json === true) return output.json({ ...comparison, flipped: flips });
  for (const line of flipLines(flips)) await output.write(line);
  output.notice(`comparison ${comparison.id}: ${comparisonVerdict(comparison)}`);
}

async function readRule(file: string | undefined): Promise<PromotionRule> {
  if (file === undefined) return DEFAULT_PROMOTION_RULE;
  try {
    return parsePromotionRule(JSON.parse(await readFile(file, "utf8")));
  } catch (cause) {
    if (cause instanceof HairlineError) throw cause;
    throw new HairlineError("BAD_ARGUMENT", "The promotion rule cannot be read as JSON.", {
      field: "--rule",
      file,
      cause,
    });
  }
}

interface Pair {
  readonly dataset: string;
  readonly champion: string;
  readonly challenger: string;
}

async function policiesOf(
  context: CliContext,
  { dataset, champion, challenger }: Pair,
  options: CompareOptions,
): Promise<{ championPolicy?: ComparedPolicy; challengerPolicy?: ComparedPolicy }> {
  const { database } = await context.openStack();
  const given = async (text: string | undefined): Promise<ComparedPolicy | undefined> => {
    if (text === undefined) return undefined;
    const { stored = null, policy } = await resolvePolicy(context, text);
    return { stored, policy };
  };
  const championPolicy = await given(options.policy);
  const challengerPolicy = await given(options.challengerPolicy);
  const read = {
    ...(championPolicy === undefined ? {} : { championPolicy }),
    ...(challengerPolicy === undefined ? {} : { challengerPolicy }),
  };
  if (options.certify !== true) return read;
  const scope = await resolveScope({ database, dataset, model: champion });
  const policy = championPolicy?.stored ?? (await findPolicyInForce(database, scope));
  const { author } = options;
  const issued = await reissueCertificate({
    database,
    dataset,
    policy,
    champion: scope,
    challenger,
    author: author ?? authorOf({}),
    signal: context.signal,
  });
  if (issued === undefined) {
    context.output.notice(`${formatReference(policy)} has no certificate on ${dataset}: none to issue again`);
    return read;
  }
  const [pooled] = issued.certificates;
  context.output.notice(`${formatReference(issued.policy)} is ${pooled?.result ?? "not tested"}`);
  return { ...read, challengerPolicy: { stored: issued.policy, policy: issued.policy.policy } };
}

const FLIP_COLUMNS = [
  "key",
  "body_part",
  "label",
  "champion_outcome",
  "champion_probability",
  "challenger_outcome",
  "challenger_probability",
];

function flipLines(flips: readonly KeyedFlip[]): string[] {
  return [
    csvLine(FLIP_COLUMNS),
    ...flips.map(({ key, bodyPart, label, champion, challenger }) =>
      csvLine([
        key,
        bodyPart,
        label,
        champion.outcome,
        champion.probability,
        challenger.outcome,
        challenger.probability,
      ]),
    ),
  ];
}

export function registerComparisons(champion: Command, context: CliContext): void {
  champion
    .command("comparisons")
    .description("list the comparisons made, the latest first, or show one")
    .argument("[id]", "of one comparison", comparisonId)
    .option("--json", "print the result as JSON")
    .action(async (id: number | undefined, { json }: { readonly json?: boolean }) => {
      const { database } = await context.openStack();
      const { output } = context;
      if (id !== undefined) {
        const comparison = await comparisonById(database.pool, id);
        return json === true ? output.json(comparison) : printComparison(output, comparison);
      }
      const comparisons = await listComparisons(database);
      if (json === true) return output.json(comparisons);
      output.table(
        ["id", "champion", "challenger", "on", "labelled", "rule", "made"],
        comparisons.map((each) => [
          each.id,
          each.champion,
          each.challenger,
          selectionOf(each),
          each.evidence.units,
          each.promote ? "promote" : "keep",
          each.createdAt.toISOString().slice(0, 10),
        ]),
      );
    });
}

function selectionOf(comparison: ModelComparison): string {
  return describeSelection({ dataset: comparison.dataset, filter: imageFilter(comparison) });
}

export function comparisonId(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Give the id of a comparison.");
}
