import { forecastRun, type RunForecast } from "@hairline/core/runs";
import { InvalidArgumentError, type Command } from "commander";
import type { CliContext } from "../context.ts";
import { formatCount, formatDuration } from "../progress.ts";
import { resolveDataset, resolveScorer } from "../selection.ts";
import { wholeNumber } from "../whole-number.ts";

export interface ForecastRequest {
  readonly model?: string;
  readonly workers?: number;
  readonly costPerHour?: number;
  readonly retryQuarantined?: boolean;
  readonly json?: boolean;
}

export function registerForecast(program: Command, context: CliContext): void {
  program
    .command("forecast")
    .description("how long a run of a dataset would take and what it would cost, from measured rates")
    .argument("[dataset]", "a dataset's name (default: the only one)")
    .option("--model <name>", "model to score with (default: the dataset's champion, else the only one)")
    .option("--workers <n>", "workers that will score (default: those running now)", wholeNumber)
    .option("--cost-per-hour <amount>", "of one worker, in your currency", amount)
    .option("--retry-quarantined", "count the images in quarantine too")
    .option("--json", "print the result as JSON")
    .action((dataset: string | undefined, options: ForecastRequest) =>
      showForecast(context, dataset, options),
    );
}

/** Forecasts and shows a run without starting it. */
export async function showForecast(
  context: CliContext,
  datasetName: string | undefined,
  request: ForecastRequest,
): Promise<void> {
  const { database } = await context.openStack();
  const dataset = await resolveDataset(database, datasetName);
  const model = await resolveScorer(database, { model: request.model, dataset: dataset.name });
  const { workers, retryQuarantined, costPerHour } = request;
  const forecast = await forecastRun({
    database,
    datasetId: dataset.id,
    modelId: model.id,
    workers,
    retryQuarantined,
  });
  const cost =
    costPerHour === undefined || forecast.workerHours === null ? null : costPerHour * forecast.workerHours;
  const { output } = context;
  if (request.json === true) {
    return output.json({ dataset: dataset.name, model: model.name, ...forecast, cost });
  }
  output.line(`${formatCount(forecast.images)} images of ${dataset.name} to score with ${model.name}`);
  if (forecast.quarantined > 0) {
    output.line(`${formatCount(forecast.quarantined)} in quarantine stay there without --retry-quarantined`);
  }
  for (const line of describeEffort(forecast)) output.line(line);
  if (cost !== null) output.line(`cost: ${cost.toFixed(2)}`);
}

function describeEffort({ rate, workers, seconds, workerHours }: RunForecast): string[] {
  if (rate === null || workerHours === null) {
    return [
      "no measurement yet: this model has not scored two shards in a row lately; score a few hundred images first",
    ];
  }
  const { imagesPerSecond, shards, newestAt, engine, device, cores } = rate;
  const where = engine === null ? "" : ` on ${engine} (${device ?? "?"}, ${cores ?? "?"} cores)`;
  const lines = [
    `measured: ${imagesPerSecond.toPrecision(3)} images/s a worker${where}, over ${formatCount(shards)} shards up to ${newestAt.toISOString()}`,
    `effort: ${workerHours.toPrecision(3)} worker-hours`,
  ];
  lines.push(
    seconds === null
      ? "no worker is running: give --workers for the time it takes"
      : `time: ${formatDuration(seconds)} with ${formatCount(workers)} workers`,
  );
  return lines;
}

function amount(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value >= 0) return value;
  throw new InvalidArgumentError("Give an amount, such as 2.50.");
}
