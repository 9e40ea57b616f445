import { readFile } from "node:fs/promises";
import { HairlineError } from "@hairline/core/errors";
import { Recipe } from "@hairline/model/train";
import { InvalidArgumentError, Option, type Command } from "commander";
import { z } from "zod";
import { wholeNumber } from "./whole-number.ts";

/** One option for each field of the recipe; those left out are the file's, else the default. */
export interface RecipeOptions {
  readonly recipe?: string;
  readonly stage?: Recipe["stage"];
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly learningRate?: number;
  readonly weightDecay?: number;
  readonly positiveWeight?: Recipe["positiveWeight"];
  readonly patience?: number;
  readonly minDelta?: number;
  readonly seed?: number;
  readonly batchNorm?: Recipe["batchNorm"];
  readonly warmup?: number;
  readonly schedule?: Recipe["schedule"];
  readonly clipNorm?: number;
  readonly averageDecay?: number;
  readonly sampling?: Recipe["sampling"];
  readonly flip?: boolean;
  readonly rotation?: number;
  readonly shift?: number;
  readonly contrast?: number;
  readonly validationShare?: number;
}

export function addRecipeOptions(command: Command): Command {
  const choice = (flags: string, text: string, choices: readonly string[]) =>
    command.addOption(new Option(flags, text).choices(choices));
  choice("--stage <stage>", "what is trained: the linear unit, the last block too, or all (default: full)", [
    "head",
    "layer4",
    "full",
  ]);
  command
    .option("--recipe <file>", "JSON with any of the settings below; options go before it")
    .option("--epochs <n>", "at most (default: 100)", wholeNumber)
    .option("--batch-size <n>", "images of a step (default: 32)", wholeNumber)
    .option("--learning-rate <rate>", "of AdamW (default: 3e-5)", decimal)
    .option("--weight-decay <rate>", "of AdamW (default: 1e-4)", decimal)
    .option("--positive-weight <n>", "what a positive counts, or balanced (default)", positiveWeight)
    .option(
      "--patience <epochs>",
      "without a better validation loss before it ends (default: 10)",
      wholeNumber,
    )
    .option("--min-delta <loss>", "by which a loss is better (default: 1e-4)", decimal)
    .option("--seed <n>", "of order, augmentation, split and random weights (default: 42)", wholeNumber);
  choice("--batch-norm <mode>", "statistics: frozen, of each batch, or auto (default)", [
    "auto",
    "frozen",
    "batch",
  ]);
  choice("--schedule <name>", "of the learning rate (default: constant)", ["constant", "cosine"]);
  choice("--sampling <name>", "mixed: body parts evenly through the epoch (default: shuffled)", [
    "shuffled",
    "mixed",
  ]);
  return command
    .option("--warmup <share>", "of all steps over which the learning rate rises (default: 0)", decimal)
    .option("--clip-norm <norm>", "largest norm of the gradients", decimal)
    .option(
      "--average-decay <decay>",
      "keep the moving average of the weights instead, such as 0.999",
      decimal,
    )
    .option("--flip", "mirror half of the images")
    .option("--rotation <degrees>", "turn images at random, either way", decimal)
    .option("--shift <share>", "shift images at random, of their side", decimal)
    .option("--contrast <change>", "change contrast at random, such as 0.2", decimal)
    .option(
      "--validation-share <share>",
      "of the images to hold out without --validation (default: 0.2)",
      decimal,
    );
}

/** @throws HairlineError BAD_ARGUMENT naming every bad setting at once */
export async function recipeOf(options: RecipeOptions): Promise<Recipe> {
  const file = options.recipe === undefined ? {} : await readRecipe(options.recipe);
  const { recipe: _recipe, flip, rotation, shift, contrast, ...rest } = options;
  const fields = Object.keys(Recipe.shape).filter((name) => name !== "augmentation");
  const given = defined(Object.fromEntries(Object.entries(rest).filter(([name]) => fields.includes(name))));
  const augmentation = {
    ...asObject(file["augmentation"]),
    ...defined({ flip, rotationDegrees: rotation, shift, contrast }),
  };
  const parsed = Recipe.safeParse({ ...file, ...given, augmentation });
  if (parsed.success) return parsed.data;
  throw new HairlineError("BAD_ARGUMENT", z.prettifyError(parsed.error), {
    field: [...new Set(parsed.error.issues.map((issue) => issue.path.join(".")))].join(", "),
    ...(options.recipe === undefined ? {} : { file: options.recipe }),
    remedy: "Correct the settings named; docs/TRAINING.md lists them.",
  });
}

async function readRecipe(file: string): Promise<Record<string, unknown>> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(await readFile(file, "utf8")));
  } catch (cause) {
    throw new HairlineError("BAD_ARGUMENT", "The recipe cannot be read as a JSON object.", {
      field: "--recipe",
      file,
      cause,
    });
  }
}

function asObject(value: unknown): object {
  return typeof value === "object" && value !== null ? value : {};
}

function defined(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function decimal(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value)) return value;
  throw new InvalidArgumentError("Give a number.");
}

function positiveWeight(text: string): "balanced" | number {
  return text === "balanced" ? text : decimal(text);
}
