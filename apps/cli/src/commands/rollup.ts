import { HairlineError } from "@hairline/core/errors";
import { resolveScope } from "@hairline/core/readings";
import { checkRollup, rebuildRollup, type RollupCheck, type RollupScope } from "@hairline/core/rollup";
import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import { formatCount } from "../progress.ts";
import { resolveDataset } from "../selection.ts";
import type { Database } from "@hairline/core/db";

interface RollupOptions {
  readonly model?: string;
  readonly json?: boolean;
}

interface NamedScope extends RollupScope {
  readonly dataset: string;
  readonly model: string;
}

export function registerRollup(program: Command, context: CliContext): void {
  const rollup = program
    .command("rollup")
    .description("the counts by which aligned sweeps are answered without reading predictions");
  for (const [name, description, run] of [
    ["check", "compare them with a scan of the predictions", runCheck],
    ["rebuild", "count all predictions anew, then compare", runRebuild],
  ] as const) {
    rollup
      .command(name)
      .description(description)
      .argument("[dataset]", "a dataset's name (default: the only one)")
      .option("--model <name>", "whose predictions (default: the only model that scored the dataset)")
      .option("--json", "print the result as JSON")
      .action((dataset: string | undefined, options: RollupOptions) => run(context, dataset, options));
  }
}

async function runCheck(
  context: CliContext,
  dataset: string | undefined,
  options: RollupOptions,
): Promise<void> {
  const { database } = await context.openStack();
  const scope = await findScope(database, dataset, options);
  const check = await checkRollup(database, scope, context.signal);
  report(context, { scope, check, options });
  if (check.wrongCells > 0) throw wrongCounts(scope, check);
}

async function runRebuild(
  context: CliContext,
  dataset: string | undefined,
  options: RollupOptions,
): Promise<void> {
  const { database } = await context.openStack();
  const scope = await findScope(database, dataset, options);
  await rebuildRollup(database, scope, context.signal);
  const check = await checkRollup(database, scope, context.signal);
  report(context, { scope, check, options });
  if (check.wrongCells > 0) throw wrongCounts(scope, check);
}

async function findScope(
  database: Database,
  dataset: string | undefined,
  { model }: RollupOptions,
): Promise<NamedScope> {
  const { name } = await resolveDataset(database, dataset);
  const scope = await resolveScope({ database, dataset: name, model });
  return { ...scope, alphaCount: scope.alphas.length };
}

function report(
  { output }: CliContext,
  { scope, check, options }: { scope: NamedScope; check: RollupCheck; options: RollupOptions },
): void {
  const { dataset, model } = scope;
  if (options.json === true) return output.json({ dataset, model, ...check });
  const found =
    check.wrongCells === 0
      ? "the rollup holds the same counts"
      : `${formatCount(check.wrongCells)} counts differ`;
  output.line(`${formatCount(check.labelled)} labelled predictions of ${dataset} by ${model}: ${found}`);
  if (check.otherGrid)
    output.notice("the counts are another release's; they are made anew before they are used");
  if (check.pending > 0)
    output.notice(`changes that wait to be added, and were: ${formatCount(check.pending)}`);
}

function wrongCounts({ dataset }: NamedScope, { wrongCells }: RollupCheck): HairlineError {
  return new HairlineError(
    "ROLLUP_WRONG",
    `${wrongCells} counts of the rollup of ${dataset} are not those of its predictions.`,
    {
      remedy: "Run `hairline rollup rebuild`, and report it with the release.",
    },
  );
}
