import { openQueues, type Queues } from "@hairline/core/queue";
import {
  cancelRun,
  listRuns,
  parsePriority,
  pauseRun,
  resumeRun,
  retryQuarantined,
  setRunPriority,
  type RunControl,
  type RunProgress,
  type RunSummary,
} from "@hairline/core/runs";
import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import { formatCount } from "../progress.ts";
import { describeLedger } from "../run-ledger.ts";

interface Listed {
  readonly json?: boolean;
}

export function registerRuns(program: Command, context: CliContext): void {
  const runs = program
    .command("runs")
    .description("list the latest scoring runs, newest first")
    .option("--json", "print the result as JSON")
    .action((options: Listed) => runList(context, options));
  for (const [name, description, steer] of STEPS) {
    runs
      .command(name)
      .argument("<run>", "its id")
      .description(description)
      .action((runId: string, _options: unknown, command: Command) =>
        runStep(context, { runId, steer, options: command.optsWithGlobals<Listed>() }),
      );
  }
  runs
    .command("priority")
    .argument("<run>", "its id")
    .argument("<priority>", "urgent, normal or off-peak")
    .description("change what is scored before what, also of shards that wait already")
    .action((...[runId, text, , command]: [string, string, unknown, Command]) => {
      const priority = parsePriority(text);
      const steer: Steer = (control) => setRunPriority(control, runId, priority);
      return runStep(context, { runId, steer, options: command.optsWithGlobals<Listed>() });
    });
  runs
    .command("retry-quarantined")
    .argument("<run>", "its id")
    .description("try the images again that the run could not score, in a run of their own")
    .action((runId: string, _options: unknown, command: Command) =>
      runRetry(context, runId, command.optsWithGlobals<Listed>()),
    );
}

type Steer = (control: RunControl, runId: string) => Promise<RunProgress>;

const STEPS: readonly (readonly [name: string, description: string, steer: Steer])[] = [
  [
    "pause",
    "start no further shard; those at work are finished",
    ({ database }, id) => pauseRun(database, id),
  ],
  ["resume", "let a paused run go on", resumeRun],
  ["cancel", "end a run for good; what is scored is kept", ({ database }, id) => cancelRun(database, id)],
];

async function runList({ openStack, output }: CliContext, { json }: Listed): Promise<void> {
  const { database } = await openStack();
  const runs = await listRuns(database);
  if (json === true) return output.json(runs);
  output.table(
    ["run", "dataset", "model", "state", "priority", "planned", "created"],
    runs.map((run) => {
      const { runId, dataset, model, priority, planned, createdAt } = run;
      return [runId, dataset, model, shownState(run), priority, planned, createdAt.toISOString()];
    }),
  );
}

function shownState({ state, pausedAt }: Pick<RunSummary, "state" | "pausedAt">): string {
  return pausedAt === null ? state : "paused";
}

async function runStep(
  context: CliContext,
  { runId, steer, options }: { runId: string; steer: Steer; options: Listed },
): Promise<void> {
  const progress = await withControl(context, (control) => steer(control, runId));
  const { output } = context;
  if (options.json === true) return output.json(progress);
  output.line(`run ${runId} is ${shownState(progress)}, priority ${progress.priority}`);
  output.line(describeLedger(progress));
}

async function runRetry(context: CliContext, runId: string, { json }: Listed): Promise<void> {
  const retry = await withControl(context, (control) => retryQuarantined(control, runId));
  const { output } = context;
  if (json === true) return output.json({ retry: retry ?? null });
  output.line(
    retry === undefined
      ? "nothing to try again: every image the run put into quarantine is scored"
      : `run ${retry.runId} tries ${formatCount(retry.images)} images again`,
  );
}

async function withControl<T>(context: CliContext, step: (control: RunControl) => Promise<T>): Promise<T> {
  const { database, queue } = await context.openStack();
  const queues: Queues = await openQueues(queue);
  try {
    return await step({ database, queues });
  } finally {
    await queues.close();
  }
}
