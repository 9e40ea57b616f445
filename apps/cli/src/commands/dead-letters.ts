import {
  discardDeadLetters,
  listDeadLetters,
  requeueDeadLetters,
  type DeadLetter,
  type DeadWork,
} from "@hairline/core/dead-letters";
import { HairlineError } from "@hairline/core/errors";
import { openQueues, type Queues } from "@hairline/core/queue";
import type { Command } from "commander";
import type { CliContext } from "../context.ts";

interface LetterOptions {
  readonly all?: boolean;
  readonly json?: boolean;
}

export function registerDeadLetters(program: Command, context: CliContext): void {
  const letters = program
    .command("dead-letters")
    .description("list the jobs that were given up, newest first")
    .option("--json", "print the result as JSON")
    .action((options: LetterOptions) => runList(context, options));
  for (const [name, description, run] of [
    ["requeue", "try jobs again; of a run, everything it still owes", runRequeue],
    ["discard", "forget jobs; what they were about stays failed", runDiscard],
  ] as const) {
    letters
      .command(name)
      .argument("[ids...]", "ids of the jobs")
      .option("--all", "all of them")
      .description(description)
      .action((ids: string[], _options: unknown, command: Command) =>
        run(context, ids, command.optsWithGlobals<LetterOptions>()),
      );
  }
}

async function runList(context: CliContext, { json }: LetterOptions): Promise<void> {
  const letters = await withQueues(context, listDeadLetters);
  const { output } = context;
  if (json === true) return output.json(letters);
  output.table(
    ["queue", "job", "code", "about", "tries", "when"],
    letters.map(({ queue, jobId, code, work, attempts, failedAt }) => {
      return [queue, jobId, code, describeWork(work), attempts, failedAt.toISOString()];
    }),
  );
}

async function runRequeue(
  context: CliContext,
  ids: readonly string[],
  options: LetterOptions,
): Promise<void> {
  const chosen = chosenIds(ids, options);
  const { database } = await context.openStack();
  const result = await withQueues(context, (queues) => requeueDeadLetters({ database, queues }, chosen));
  const { output } = context;
  if (options.json === true) output.json(result);
  else showRequeued(context, result);
  if (result.refused.length > 0 && result.requeued.length === 0) {
    throw new HairlineError("DEAD_LETTER_NOT_FOUND", "None of them could be queued again.", {
      remedy: "What they were about has ended otherwise or is gone: forget them with `dead-letters discard`.",
    });
  }
}

function showRequeued(
  { output }: CliContext,
  {
    requeued,
    refused,
  }: { readonly requeued: readonly DeadLetter[]; readonly refused: readonly DeadLetter[] },
): void {
  for (const { jobId } of requeued) output.line(`queued again: ${jobId}`);
  for (const { jobId, work } of refused)
    output.line(`left: ${jobId}, ${describeWork(work)} is not failed any more`);
  if (requeued.length + refused.length === 0) output.line("there are none");
}

async function runDiscard(
  context: CliContext,
  ids: readonly string[],
  options: LetterOptions,
): Promise<void> {
  const chosen = chosenIds(ids, options);
  const discarded = await withQueues(context, (queues) => discardDeadLetters(queues, chosen));
  const { output } = context;
  if (options.json === true) return output.json({ discarded });
  output.line(`forgotten: ${discarded.length}`);
}

/** @returns undefined for all */
function chosenIds(ids: readonly string[], { all }: LetterOptions): readonly string[] | undefined {
  if ((all === true) !== ids.length > 0) return all === true ? undefined : ids;
  throw new HairlineError("BAD_ARGUMENT", "Which jobs?", {
    field: "ids",
    remedy: "Give ids, or --all; not both.",
  });
}

function describeWork(work: DeadWork): string {
  switch (work.kind) {
    case "run":
      return work.ordinal === null ? `run ${work.runId}` : `run ${work.runId}, shard ${work.ordinal}`;
    case "sweep":
      return `sweep ${work.sweepId}`;
    case "import":
      return `import ${work.importRequestId}`;
    case "firing":
      return `schedule ${work.schedule}`;
    case "unreadable":
      return "unreadable: another release queued it";
  }
}

async function withQueues<T>(context: CliContext, step: (queues: Queues) => Promise<T>): Promise<T> {
  const queues = await openQueues((await context.openStack()).queue);
  try {
    return await step(queues);
  } finally {
    await queues.close();
  }
}
