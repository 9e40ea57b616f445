import { HairlineError, type ErrorCode } from "@hairline/core/errors";
import { trainModel } from "@hairline/core/jobs";
import { openQueues } from "@hairline/core/queue";
import {
  listEpochs,
  requestTraining,
  resumeTraining,
  stopTraining,
  TrainingSelection,
  type Training,
} from "@hairline/core/training";
import { prepareStart, type Recipe, type TrainingStart } from "@hairline/model/train";
import { Option, type Command } from "commander";
import { authorOf } from "../author.ts";
import type { CliConfig } from "../config.ts";
import type { CliContext, Stack } from "../context.ts";
import { followTraining } from "../roles/follow-training.ts";
import { LocalRoles } from "../roles/local-roles.ts";
import { findModel, resolveDataset } from "../selection.ts";
import { addRecipeOptions, recipeOf, type RecipeOptions } from "../training-options.ts";
import { printCurves, printTraining, trainingJson } from "../training-output.ts";
import { wholeNumber } from "../whole-number.ts";

interface TrainOptions extends RecipeOptions {
  readonly dataset?: string;
  readonly split?: string[];
  readonly validation?: string[];
  readonly bodyPart?: string[];
  readonly hardware?: "yes" | "no";
  readonly verdicts: boolean;
  readonly from?: string;
  readonly scratch?: boolean;
  readonly architecture: "resnet18" | "resnet34";
  readonly inputSize?: number;
  readonly name?: string;
  readonly resume?: string;
  readonly detach?: boolean;
  readonly decodedCache?: boolean;
  readonly json?: boolean;
}

export function registerTrain(program: Command, context: CliContext): void {
  const command = program
    .command("train")
    .description(
      "train a network on a dataset's labels; Ctrl-C stops it with a checkpoint, the same command goes on",
    )
    .option("--dataset <name>", "whose labelled images to use (default: the only one)")
    .option("--name <name>", "name of the model to make")
    .option(
      "--split <names>",
      "splits to train on, separated by commas (default: all but those of --validation)",
      list,
    )
    .option("--validation <names>", "splits to judge the epochs by (default: hold out patients)", list)
    .option("--body-part <names>", "only these, separated by commas", list)
    .addOption(
      new Option("--hardware <known>", "only images known to show hardware, or not to").choices([
        "yes",
        "no",
      ]),
    )
    .option("--no-verdicts", "use the archive's labels even where reviewers said otherwise")
    .option(
      "--from <model|file>",
      "start from a model, or a weights file: a scorer's or torchvision's ImageNet one",
    )
    .option("--scratch", "start from random weights")
    .addOption(
      new Option("--architecture <name>", "of random weights")
        .choices(["resnet18", "resnet34"])
        .default("resnet18"),
    )
    .option(
      "--input-size <pixels>",
      "side of the images, unless a model gives it (default: 224)",
      wholeNumber,
    );
  addRecipeOptions(command)
    .option("--resume <training>", "go on with a stopped or failed training, by its id")
    .option("--detach", "only queue it, for workers elsewhere (HAIRLINE_QUEUES=train)")
    .option("--decoded-cache", "keep decoded images for the next epochs (hairline cache)")
    .option("--json", "print the result as JSON")
    .action((options: TrainOptions) => runTrain(context, options));
}

async function runTrain(context: CliContext, options: TrainOptions): Promise<void> {
  const recipe = await recipeOf(options);
  const stack = await context.openStack();
  const trainingId = await openTraining(context, stack, { options, recipe });
  if (options.detach === true) {
    if (options.json === true) context.output.json({ id: trainingId, state: "queued" });
    else context.output.line(`training ${trainingId} is queued`);
    return;
  }
  await report(context, stack, { training: await follow(context, stack, { trainingId, options }), options });
}

/** Queues a new training, or one that is there. @returns its id */
async function openTraining(
  { output }: CliContext,
  stack: Stack,
  { options, recipe }: { readonly options: TrainOptions; readonly recipe: Recipe },
): Promise<string> {
  const { database } = stack;
  await using queues = await openQueues(stack.queue);
  let trainingId = options.resume;
  if (trainingId === undefined) {
    const requested = await request(output, stack, { options, recipe });
    trainingId = requested.trainingId;
    output.notice(`${requested.created ? "starting" : "resuming"} training ${trainingId}`);
  } else await resumeTraining(database, trainingId);
  // A job that was given up would have the scheduler end the training again.
  await queues.forget(trainModel, [trainModel.key({ trainingId })]);
  await queues.enqueue(trainModel, [{ trainingId }]);
  return trainingId;
}

async function request(
  output: CliContext["output"],
  { database, objects }: Stack,
  { options, recipe }: { readonly options: TrainOptions; readonly recipe: Recipe },
) {
  if (options.name === undefined)
    throw new HairlineError("BAD_ARGUMENT", "The model to make needs a name.", {
      field: "--name",
      remedy: "Give --name, or --resume with a training's id.",
    });
  const dataset = await resolveDataset(database, options.dataset);
  const start = await startOf(database, options);
  if (start.kind === "scratch")
    output.notice("starting from random weights: it takes far more images and epochs than a trained start");
  const prepared = await prepareStart({ database, store: objects, start, recipe });
  const selection = TrainingSelection.parse({
    trainingSplits: options.split ?? null,
    validationSplits: options.validation ?? null,
    bodyParts: options.bodyPart ?? null,
    hardware: options.hardware === undefined ? null : options.hardware === "yes",
    verdicts: options.verdicts,
  });
  const { name } = options;
  return requestTraining(database, {
    ...prepared,
    name,
    datasetId: dataset.id,
    recipe,
    selection,
    createdBy: authorOf({}),
  });
}

async function startOf(database: Stack["database"], options: TrainOptions): Promise<TrainingStart> {
  const { from, scratch, architecture, inputSize } = options;
  if ((from === undefined) === (scratch !== true))
    throw new HairlineError("BAD_ARGUMENT", "Training starts from weights or from nothing.", {
      field: "--from",
      remedy: "Give --from with a model or a weights file, or --scratch.",
    });
  if (from === undefined) return { kind: "scratch", architecture, inputSize };
  if ((await findModel(database, from)) === undefined) return { kind: "file", path: from, inputSize };
  if (inputSize === undefined) return { kind: "model", name: from };
  throw new HairlineError("BAD_ARGUMENT", `The model ${from} has an input size of its own.`, {
    field: "--input-size",
    remedy: "Leave it out.",
  });
}

/** Runs a worker here until the training ends; an interruption stops it with a checkpoint. */
async function follow(
  context: CliContext,
  stack: Stack,
  { trainingId, options }: { readonly trainingId: string; readonly options: TrainOptions },
): Promise<Training> {
  const { output, signal } = context;
  const { database } = stack;
  await using roles = await LocalRoles.start({
    config: forTraining(context.config, options.decodedCache === true),
    stack,
    workers: { count: 1 },
    onRestart: (role) => output.notice(`the ${role} process ended unexpectedly; starting another`),
  });
  try {
    return await Promise.race([followTraining({ database, trainingId, output, signal }), roles.failure]);
  } catch (error) {
    if (signal.aborted && (await stopTraining(database, trainingId)))
      output.notice(`stopping with a checkpoint; hairline train --resume ${trainingId} goes on`);
    throw error;
  }
}

function forTraining(config: CliConfig, decodedCache: boolean): CliConfig {
  return {
    ...config,
    environment: {
      ...config.environment,
      HAIRLINE_QUEUES: "train",
      ...(decodedCache ? { HAIRLINE_DECODED_CACHE: config.decodedCacheRoot } : {}),
    },
  };
}

async function report(
  { output }: CliContext,
  { database }: Stack,
  { training, options }: { readonly training: Training; readonly options: TrainOptions },
): Promise<void> {
  if (training.state !== "completed") throw notCompleted(training);
  const epochs = await listEpochs(database.pool, training.id);
  if (options.json === true) return output.json({ ...trainingJson(training), epochs });
  printTraining(output, training);
  printCurves(output, epochs);
  output.line();
  output.line(
    `hairline model show ${training.model} prints its card; hairline score --model ${training.model} uses it.`,
  );
}

function notCompleted({ id, state, errorCode, errorMessage }: Training): HairlineError {
  if (state === "failed")
    return new HairlineError(
      (errorCode ?? "INTERNAL") as ErrorCode,
      errorMessage ?? `The training ${id} failed.`,
      {
        remedy: `Mend the cause, then: hairline train --resume ${id}`,
      },
    );
  const code = state === "cancelled" ? "RUN_CANCELLED" : "INTERRUPTED";
  return new HairlineError(code, `The training ${id} is ${state}.`, {
    remedy: state === "stopped" ? `hairline train --resume ${id} goes on.` : "Start a new one.",
  });
}

function list(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}
