import { trainModel } from "@hairline/core/jobs";
import { openQueues } from "@hairline/core/queue";
import {
  cancelTraining,
  listEpochs,
  listTrainings,
  readTraining,
  stopTraining,
} from "@hairline/core/training";
import { deleteCheckpoints } from "@hairline/model/train";
import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import { printCurves, printTraining, trainingCells, trainingJson } from "../training-output.ts";

interface JsonOption {
  readonly json?: boolean;
}

export function registerTrainings(program: Command, context: CliContext): void {
  const trainings = program
    .command("trainings")
    .description("list the latest trainings, newest first")
    .option("--json", "print the result as JSON")
    .action((options: JsonOption) => runList(context, options));
  const add = (name: string, description: string, run: typeof runShow) =>
    trainings
      .command(name)
      .argument("<training>", "its id")
      .description(description)
      .option("--json", "print the result as JSON")
      .action((id: string, _options: unknown, command: Command) =>
        run(context, id, command.optsWithGlobals<JsonOption>()),
      );
  trainings
    .command("list")
    .description("the same list")
    .option("--json", "print the result as JSON")
    .action((_options: unknown, command: Command) => runList(context, command.optsWithGlobals<JsonOption>()));
  add("show", "show a training with its curves", runShow);
  add("stop", "stop a training with a checkpoint; hairline train --resume goes on", runStop);
  add("cancel", "end a training for good", runCancel);
}

async function runList({ openStack, output }: CliContext, { json }: JsonOption): Promise<void> {
  const { database } = await openStack();
  const trainings = await listTrainings(database.pool);
  if (json === true) return output.json(trainings.map(trainingJson));
  output.table(
    ["training", "model", "dataset", "stage", "state", "epoch", "created"],
    trainings.map(trainingCells),
  );
}

async function runShow({ openStack, output }: CliContext, id: string, { json }: JsonOption): Promise<void> {
  const { database } = await openStack();
  const training = await readTraining(database.pool, id);
  const epochs = await listEpochs(database.pool, id);
  if (json === true) return output.json({ ...trainingJson(training), epochs });
  printTraining(output, training);
  printCurves(output, epochs);
}

async function runStop({ openStack, output }: CliContext, id: string, { json }: JsonOption): Promise<void> {
  const { database } = await openStack();
  const stopped = await stopTraining(database, id);
  const { state } = await readTraining(database.pool, id);
  if (json === true) return output.json({ id, stopped, state });
  output.line(stopped ? `training ${id} stops` : `training ${id} is not under way: it is ${state}`);
}

async function runCancel({ openStack, output }: CliContext, id: string, { json }: JsonOption): Promise<void> {
  const { database, queue, objects } = await openStack();
  const cancelled = await cancelTraining(database, id);
  const { state } = await readTraining(database.pool, id);
  if (cancelled) {
    await using queues = await openQueues(queue);
    await queues.forget(trainModel, [trainModel.key({ trainingId: id })]);
    await deleteCheckpoints(objects, id);
  }
  if (json === true) return output.json({ id, cancelled, state });
  output.line(cancelled ? `training ${id} is cancelled` : `training ${id} had ended already: it is ${state}`);
}
