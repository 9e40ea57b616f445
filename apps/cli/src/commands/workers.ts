import { listWorkers, type WorkerReport } from "@hairline/core/workers";
import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import { formatDuration } from "../progress.ts";

interface WorkersOptions {
  readonly all?: boolean;
  readonly json?: boolean;
}

export function registerWorkers(program: Command, context: CliContext): void {
  program
    .command("workers")
    .description("list the workers of every host: device, state, rate, and the run they hold")
    .option("--all", "also those that stopped within the last week")
    .option("--json", "print the result as JSON")
    .action(async (options: WorkersOptions) => {
      const { database } = await context.openStack();
      const workers = await listWorkers(database, { withStopped: options.all === true });
      if (options.json === true) return context.output.json(workers);
      if (workers.length === 0) return context.output.line("no worker is running.");
      context.output.table(
        ["host", "pid", "role", "device", "engine", "state", "img/s", "images", "seen", "run"],
        workers.map((worker) => describeWorker(worker, new Date())),
      );
    });
}

function describeWorker(worker: WorkerReport, now: Date): (string | number | null)[] {
  const { engine, engineVersion, imagesPerSecond, seenAt } = worker;
  // The clocks of two hosts may differ by a little: nobody was seen in the future.
  const seconds = Math.max(0, (now.getTime() - seenAt.getTime()) / 1000);
  return [
    worker.host,
    worker.pid,
    worker.role,
    worker.device,
    engine === null ? null : `${engine} ${engineVersion}`,
    worker.state,
    imagesPerSecond === null ? null : Number(imagesPerSecond.toFixed(1)),
    worker.images,
    `${formatDuration(seconds)} ago`,
    worker.runId,
  ];
}
