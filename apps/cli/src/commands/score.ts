import { stat } from "node:fs/promises";
import { HairlineError, isHairlineError, type ErrorCode } from "@hairline/core/errors";
import { importArchive } from "@hairline/core/ingest";
import { openQueues } from "@hairline/core/queue";
import {
  countQuarantine,
  openRun,
  parsePriority,
  requireBalancedLedger,
  resumeRun,
  setRunPriority,
  type RunPriority,
  type RunProgress,
} from "@hairline/core/runs";
import { InvalidArgumentError, type Command } from "commander";
import type { CliConfig } from "../config.ts";
import type { CliContext, Stack } from "../context.ts";
import { formatCount, formatDuration } from "../progress.ts";
import { describeLedger } from "../run-ledger.ts";
import { followRun } from "../roles/follow-run.ts";
import { LocalRoles } from "../roles/local-roles.ts";
import { showForecast } from "./forecast.ts";
import { chooseLocalWorkers, parseDevices } from "../roles/local-workers.ts";
import { findDataset, resolveDataset, resolveScorer, type NamedRow } from "../selection.ts";

interface ScoreOptions {
  readonly model?: string;
  readonly workers?: number;
  readonly devices?: readonly number[];
  readonly shardSize?: number;
  readonly retryQuarantined?: boolean;
  readonly embeddings?: boolean;
  readonly decodedCache?: boolean;
  readonly priority?: RunPriority;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export interface ScoreRequest {
  readonly datasetId: number;
  readonly modelId: number;
  readonly options: ScoreOptions;
}

export function registerScore(program: Command, context: CliContext): void {
  program
    .command("score")
    .description(
      "score every image of a dataset that the model has not scored yet; an interrupted run is resumed",
    )
    .argument("<dataset|path>", "a dataset's name, or an archive to import first")
    .option("--model <name>", "model to score with (default: the dataset's champion, else the only one)")
    .option(
      "--workers <n>",
      "worker processes to start here, which share its cores; 0 leaves the work to workers elsewhere (default 1)",
      wholeNumber,
    )
    .option(
      "--devices <list>",
      "start a worker for each GPU named, such as 0,1 (CUDA, TensorRT)",
      parseDevices,
    )
    .option("--shard-size <n>", "images a job (default 256)", wholeNumber)
    .option("--retry-quarantined", "try images again that this model could not score before")
    .option("--embeddings", "also store the 512-d embedding of every image")
    .option("--priority <priority>", "urgent, normal or off-peak (default: normal)", parsePriority)
    .option(
      "--decoded-cache",
      "keep decoded images for the next model to score this dataset (hairline cache)",
    )
    .option("--dry-run", "only say what it would take, as hairline forecast does")
    .option("--json", "print the result as JSON")
    .action(async (target: string, options: ScoreOptions) => {
      // Before anything is opened or imported for a command that cannot be carried out.
      chooseLocalWorkers(options, context.config.environment);
      if (options.dryRun === true) return showForecast(context, target, options);
      const stack = await context.openStack();
      // Before an archive is imported for a model that is not there.
      await resolveScorer(stack.database, { model: options.model, dataset: target });
      const dataset = await datasetToScore(context, stack, target);
      const model = await resolveScorer(stack.database, { model: options.model, dataset: dataset.name });
      if (model.champion) context.output.notice(`scoring with the champion ${model.name}`);
      const progress = await runScoring(context, { datasetId: dataset.id, modelId: model.id, options });
      await reportRun(context, stack, { progress, json: options.json === true });
    });
}

async function datasetToScore(context: CliContext, stack: Stack, target: string): Promise<NamedRow> {
  const existing = await findDataset(stack.database, target);
  if (existing !== undefined) return existing;
  const isPath = await stat(target).then(
    () => true,
    () => false,
  );
  if (!isPath) return resolveDataset(stack.database, target);
  const report = await importArchive({ database: stack.database, path: target, signal: context.signal });
  context.output.notice(
    `imported ${report.dataset}: ${formatCount(report.added)} added, ${formatCount(report.rejected)} rejected`,
  );
  return resolveDataset(stack.database, report.dataset);
}

/** Opens (or joins) the run, starts the local roles, and follows it to its end. */
export async function runScoring(context: CliContext, request: ScoreRequest): Promise<RunProgress> {
  const { options } = request;
  const workers = chooseLocalWorkers(options, context.config.environment);
  const stack = await context.openStack();
  const runId = await startRun(context, stack, request);
  const follow = followRun({
    database: stack.database,
    runId,
    output: context.output,
    signal: context.signal,
  });
  if (workers.count === 0) return follow;
  // A signal may end it while the roles still start, before anyone awaits it.
  follow.catch(() => {});

  await using roles = await LocalRoles.start({
    config: options.decodedCache === true ? keepingDecoded(context.config) : context.config,
    stack,
    workers,
    onRestart: (role) => context.output.notice(`the ${role} process ended unexpectedly; starting another`),
  });
  return await Promise.race([follow, roles.failure]);
}

/** In the folder the environment names, when it names one. */
function keepingDecoded(config: CliConfig): CliConfig {
  return {
    ...config,
    environment: { ...config.environment, HAIRLINE_DECODED_CACHE: config.decodedCacheRoot },
  };
}

/** Opens the run or joins the open one, which goes on if it was paused. @returns its id */
async function startRun(context: CliContext, stack: Stack, request: ScoreRequest): Promise<string> {
  const { datasetId, modelId, options } = request;
  const { database } = stack;
  const { runId, resumed } = await openRun({
    database,
    datasetId,
    modelId,
    ...(options.shardSize === undefined ? {} : { shardSize: options.shardSize }),
    retryQuarantined: options.retryQuarantined === true,
    embeddings: options.embeddings === true,
    ...(options.priority === undefined ? {} : { priority: options.priority }),
  });
  context.output.notice(`${resumed ? "resuming" : "starting"} run ${runId}`);
  const queues = await openQueues(stack.queue);
  try {
    if (resumed && options.priority !== undefined) {
      await setRunPriority({ database, queues }, runId, options.priority);
    }
    await resumeRun({ database, queues }, runId);
  } catch (error) {
    // The run that was joined ended meanwhile: whoever follows it sees how.
    if (!isHairlineError(error) || error.code !== "RUN_ENDED") throw error;
  } finally {
    await queues.close();
  }
  return runId;
}

async function reportRun(
  context: CliContext,
  stack: Stack,
  { progress, json }: { progress: RunProgress; json: boolean },
): Promise<void> {
  const quarantine = await countQuarantine(stack.database, progress);
  if (progress.state !== "completed") throw failedRun(progress);
  requireBalancedLedger(progress);
  const seconds = ((progress.finishedAt?.getTime() ?? 0) - (progress.startedAt?.getTime() ?? 0)) / 1000;
  if (json) {
    context.output.json({ ...progress, seconds, quarantine });
    return;
  }
  const { output } = context;
  output.line(`run ${progress.runId} completed in ${formatDuration(seconds)}`);
  output.line(describeLedger(progress));
  if (quarantine.length > 0) {
    output.line();
    output.table(
      ["quarantined as", "images", "for example"],
      quarantine.map(({ code, images, example }) => [code, images, example]),
    );
  }
}

function failedRun(progress: RunProgress): HairlineError {
  if (progress.state === "cancelled") {
    return new HairlineError(
      "RUN_CANCELLED",
      `Run ${progress.runId} was cancelled. ${describeLedger(progress)}`,
      {
        remedy: "Run the same command again to score what is missing.",
      },
    );
  }
  const code = (progress.errorCode ?? "INTERNAL") as ErrorCode;
  return new HairlineError(code, `Run ${progress.runId} ended as ${progress.state}.`, {
    remedy: "See docs/ERRORS.md for the code, and the logs folder of HAIRLINE_HOME.",
  });
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError("expected a whole number.");
}
