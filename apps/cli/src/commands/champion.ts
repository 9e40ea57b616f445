import {
  listChampions,
  listPromotions,
  promoteModel,
  rollBackChampion,
  type Champion,
} from "@hairline/core/champions";
import { HairlineError } from "@hairline/core/errors";
import { Option, type Command } from "commander";
import { addAuthorOptions, authorOf, type AuthorOptions } from "../author.ts";
import type { CliContext } from "../context.ts";
import { resolveDataset } from "../selection.ts";
import { registerRetrainings } from "./champion-retrainings.ts";
import { comparisonId, registerChampionCompare, registerComparisons } from "./champion-compare.ts";

interface JsonOption {
  readonly json?: boolean;
}

export function registerChampion(program: Command, context: CliContext): void {
  const champion = program
    .command("champion")
    .description("the model in use: show, compare with a challenger, promote, roll back");
  registerShow(champion, context);
  registerChampionCompare(champion, context);
  registerComparisons(champion, context);
  registerPromote(champion, context);
  registerRollback(champion, context);
  registerHistory(champion, context);
  registerRetrainings(champion, context);
}

function registerShow(champion: Command, context: CliContext): void {
  champion
    .command("show")
    .description("the champion of each dataset")
    .option("--json", "print the result as JSON")
    .action(async ({ json }: JsonOption) => {
      const { database } = await context.openStack();
      const champions = await listChampions(database);
      if (json === true) return context.output.json(champions);
      if (champions.length === 0) return context.output.line("no champion is set");
      context.output.table(
        ["dataset", "champion", "since", "by", "comparison", ""],
        champions.map(({ dataset, model, since, sinceBy, comparisonId: comparison, forced }) => [
          placeOf(dataset),
          model,
          minute(since),
          sinceBy,
          comparison,
          forced ? "forced" : null,
        ]),
      );
    });
}

function placeOf(dataset: string | null): string {
  return dataset ?? "(default)";
}

function minute(time: Date): string {
  return time.toISOString().slice(0, 16).replace("T", " ");
}

interface PlaceOptions extends AuthorOptions, JsonOption {
  readonly dataset?: string;
}

function addPlaceOptions(command: Command): Command {
  return addAuthorOptions(command)
    .option("--dataset <name>", "for this dataset alone (default: for those without a champion of their own)")
    .option("--json", "print the result as JSON");
}

async function placeFor(context: CliContext, { dataset }: PlaceOptions): Promise<string | null> {
  const { database } = await context.openStack();
  return dataset === undefined ? null : (await resolveDataset(database, dataset)).name;
}

interface PromoteOptions extends PlaceOptions {
  readonly comparison?: number;
  readonly force?: boolean;
  readonly reason?: string;
}

function registerPromote(champion: Command, context: CliContext): void {
  addPlaceOptions(champion.command("promote"))
    .description("make a model the champion, if its comparison with the present one lets it")
    .argument("<model>", "name of the model")
    .option("--comparison <id>", "to go by (default: the latest with the champion)", comparisonId)
    .addOption(new Option("--force", "without, or against, a comparison").conflicts("comparison"))
    .option("--reason <text>", "why it is forced")
    .action(async (model: string, options: PromoteOptions) => {
      const force = forceReason(options);
      const { database } = await context.openStack();
      const promoted = await promoteModel({
        database,
        model,
        dataset: await placeFor(context, options),
        comparisonId: options.comparison,
        force,
        author: authorOf(options),
        note: options.note,
      });
      tellChampion(context, promoted, options);
    });
}

function forceReason({ force, reason }: PromoteOptions): string | undefined {
  if ((force === true) === (reason !== undefined)) return reason;
  throw new HairlineError("BAD_ARGUMENT", "--force and --reason go together.", {
    field: "--reason",
    remedy: force === true ? "Say why with --reason." : "Add --force, or leave --reason out.",
  });
}

function registerRollback(champion: Command, context: CliContext): void {
  addPlaceOptions(champion.command("rollback"))
    .description("put the champion before the present one back")
    .action(async (options: PlaceOptions) => {
      const { database } = await context.openStack();
      const dataset = await placeFor(context, options);
      const back = await rollBackChampion({
        database,
        dataset,
        author: authorOf(options),
        note: options.note,
      });
      tellChampion(context, back, options);
    });
}

function tellChampion({ output }: CliContext, champion: Champion, { json }: JsonOption): void {
  if (json === true) return output.json(champion);
  const place = champion.dataset ?? "every dataset without one of its own";
  output.line(`${champion.model} is the champion for ${place}`);
  output.notice("runs that are open keep their model; scores of other models stay");
}

function registerHistory(champion: Command, context: CliContext): void {
  champion
    .command("history")
    .description("every promotion and rollback, the latest first")
    .option("--json", "print the result as JSON")
    .action(async ({ json }: JsonOption) => {
      const { database } = await context.openStack();
      const promotions = await listPromotions(database);
      if (json === true) return context.output.json(promotions);
      context.output.table(
        ["at", "dataset", "", "model", "policy", "comparison", "by", "reason"],
        promotions.map((each) => [
          minute(each.createdAt),
          placeOf(each.dataset),
          `${each.action.replace("_", " ")}${each.forced ? " (forced)" : ""}`,
          each.model,
          each.policy,
          each.comparisonId,
          each.author,
          each.reason,
        ]),
      );
    });
}
