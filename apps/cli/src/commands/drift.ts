import { CORRECTIONS, DEFAULT_RULE, verdictSentence, type Correction } from "@hairline/core/drift";
import { checkDrift, listDriftChecks, policyInForce, type DriftCheck } from "@hairline/core/drift-checks";
import { HairlineError } from "@hairline/core/errors";
import { describeSelection, findPolicy } from "@hairline/core/policies";
import { Option, type Command } from "commander";
import { addAuthorOptions, authorOf, type AuthorOptions } from "../author.ts";
import type { CliContext } from "../context.ts";
import { parseWindow, resolveWindow, WINDOW_HELP } from "../drift-window.ts";
import type { Cell, Output } from "../output.ts";
import { formatCount } from "../progress.ts";
import { resolveDataset } from "../selection.ts";
import { openShare, wholeNumber } from "../statistics-options.ts";

interface DriftOptions extends AuthorOptions {
  readonly reference: string;
  readonly current: string;
  readonly model?: string;
  readonly policy?: string;
  readonly alpha: number;
  readonly correction: Correction;
  readonly psi: number;
  readonly moved: number;
  readonly rate: number;
  readonly mmd: number;
  readonly seed: number;
  readonly expire?: boolean;
  readonly failOnAlarm?: boolean;
  readonly json?: boolean;
}

const { alpha, correction, thresholds } = DEFAULT_RULE;

export function registerDrift(program: Command, context: CliContext): void {
  addAuthorOptions(program.command("drift"))
    .description("compare scored images with a reference, and tell whether they are still alike")
    .argument("[dataset]", "a dataset's name (default: the only one)")
    .requiredOption("--reference <window>", "what is known to be as it should, such as certificate=3")
    .requiredOption("--current <window>", "what is compared with it, such as run=<id>")
    .option("--model <name>", "whose scores (default: the only model that scored the reference)")
    .option("--policy <name>", "whose abstentions are compared (default: the one in force, if any)")
    .option("--alpha <share>", "adjusted p below which a difference is sure", openShare, alpha)
    .addOption(
      new Option("--correction <method>", "of p for the number of measures")
        .choices(CORRECTIONS)
        .default(correction),
    )
    .option("--psi <index>", "PSI of a distribution that is an alarm", openShare, thresholds.distribution)
    .option("--moved <share>", "share of images with another body part", openShare, thresholds.mix)
    .option("--rate <share>", "difference of rates", openShare, thresholds.rate)
    .option("--mmd <number>", "squared MMD of embeddings", openShare, thresholds.embedding)
    .option("--seed <n>", "of the embeddings' sample and permutations", wholeNumber(0, 4_294_967_295), 1)
    .option("--expire", "on an alarm, end the certificates it speaks against")
    .option("--fail-on-alarm", "end with exit code 1 on an alarm")
    .option("--json", "print the result as JSON")
    .addHelpText("after", WINDOW_HELP)
    .action((dataset: string | undefined, options: DriftOptions) => runDrift(context, dataset, options));
  program
    .command("drift-checks")
    .description("list drift checks made, the latest first, or show one")
    .argument("[check]", "number of the check to show", wholeNumber(1, 999_999_999))
    .option("--dataset <name>", "only checks of this dataset")
    .option("--limit <n>", "most to list", wholeNumber(1, 1000), 20)
    .option("--json", "print the result as JSON")
    .action((id: number | undefined, options: ListOptions) => runList(context, id, options));
}

async function runDrift(
  context: CliContext,
  dataset: string | undefined,
  options: DriftOptions,
): Promise<void> {
  // Before the stack is opened: a typing error need not wait for a server.
  const given = {
    reference: { option: "--reference", conditions: parseWindow("--reference", options.reference) },
    current: { option: "--current", conditions: parseWindow("--current", options.current) },
  };
  const { database } = await context.openStack();
  const named = given.reference.conditions.has("dataset") && given.current.conditions.has("dataset");
  const name = named ? "" : (await resolveDataset(database, dataset)).name;
  const reference = await resolveWindow(database, { ...given.reference, dataset: name });
  const current = await resolveWindow(database, { ...given.current, dataset: name });
  const check = await checkDrift({
    database,
    reference,
    current,
    model: options.model,
    policy:
      options.policy === undefined
        ? await policyInForce(database, { dataset: reference.dataset, model: options.model })
        : await findPolicy(database, options.policy),
    rule: ruleOf(options),
    seed: options.seed,
    expire: options.expire,
    author: authorOf(options),
  });
  if (options.json === true) context.output.json(checkJson(check));
  else printCheck(context.output, check);
  if (check.alarm && options.failOnAlarm === true) {
    throw new HairlineError("DRIFT_ALARM", `Drift check ${check.id} is an alarm.`, {
      remedy: "Look at what changed; label some of the new images and certify again.",
    });
  }
}

function ruleOf(options: DriftOptions) {
  const { psi, moved, rate, mmd } = options;
  return {
    alpha: options.alpha,
    correction: options.correction,
    thresholds: { distribution: psi, mix: moved, rate, embedding: mmd },
  };
}

function checkJson(check: DriftCheck) {
  return {
    ...check,
    measures: check.measures.map((measure) => ({ ...measure, sentence: verdictSentence(measure) })),
  };
}

function windowText({ dataset, filter, images }: DriftCheck["current"]): string {
  return `${formatCount(images)} images of ${describeSelection({ dataset, filter })}`;
}

function printCheck(output: Output, check: DriftCheck): void {
  const { id, model, policy, reference, current, shared, rule, measures, alarm, expired } = check;
  output.line(`drift check ${id} of ${model}${policy === null ? "" : `, policy ${policy}`}`);
  output.line(`reference: ${windowText(reference)}`);
  output.line(`current:   ${windowText(current)}`);
  if (shared > 0) output.line(`${formatCount(shared)} images are in both, which makes them look alike`);
  output.line();
  output.table(
    ["measure", "test", "statistic", "p, adjusted", "effect", "alarm from", "images", "verdict"],
    measures.map((measure) => [
      measure.name,
      measure.test,
      measure.statistic?.toPrecision(3) ?? null,
      measure.adjusted?.toPrecision(2) ?? null,
      measure.effect?.toFixed(3) ?? null,
      String(measure.threshold),
      `${formatCount(measure.reference)} / ${formatCount(measure.current)}`,
      measure.verdict,
    ]),
  );
  output.line();
  for (const measure of measures) output.line(verdictSentence(measure));
  output.line();
  output.line(
    alarm
      ? `ALARM: adjusted p (${rule.correction}) below ${rule.alpha}, and an effect at least as large as declared`
      : "no alarm",
  );
  if (policy === null) output.notice("no policy is in force or named: abstentions were not compared");
  if (expired.length > 0) output.line(`certificates ended: ${expired.join(", ")}`);
}

interface ListOptions {
  readonly dataset?: string;
  readonly limit: number;
  readonly json?: boolean;
}

async function runList(
  { openStack, output }: CliContext,
  id: number | undefined,
  { dataset, limit, json }: ListOptions,
): Promise<void> {
  const { database } = await openStack();
  const checks = await listDriftChecks(database, { id, dataset, limit });
  const [only] = checks;
  if (id !== undefined) {
    if (only === undefined) throw new HairlineError("BAD_ARGUMENT", `There is no drift check ${id}.`);
    return json === true ? output.json(checkJson(only)) : printCheck(output, only);
  }
  if (json === true) return output.json(checks.map(checkJson));
  output.table(
    ["check", "model", "reference", "current", "alarms", "certificates ended", "made"],
    checks.map(listRow),
  );
}

function listRow({ id, model, reference, current, measures, expired, createdAt }: DriftCheck): Cell[] {
  const alarms = measures.filter(({ verdict }) => verdict === "alarm").map(({ name }) => name);
  return [
    id,
    model,
    windowText(reference),
    windowText(current),
    alarms.length === 0 ? "none" : alarms.join(", "),
    expired.length === 0 ? null : expired.join(", "),
    createdAt.toISOString().slice(0, 16).replace("T", " "),
  ];
}
