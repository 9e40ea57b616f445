import { asDatabaseFailure, migrate, openDatabase, type Database } from "@hairline/core/db";
import { toHairlineError, type HairlineError } from "@hairline/core/errors";
import { planRun, runSweep, runTask } from "@hairline/core/jobs";
import { isRetryable, openQueues, type FailedTry, type QueueWorker, type Queues } from "@hairline/core/queue";
import { compactRollups } from "@hairline/core/rollup";
import { VERSION } from "@hairline/core/version";
import { createRegistry } from "@hairline/telemetry/metrics";
import { readinessOf, startProbeServer, type ProbeServer } from "@hairline/telemetry/probes";
import { startTracing, type Tracing } from "@hairline/telemetry/tracing";
import { completeRuns } from "./complete-runs.ts";
import type { SchedulerConfig } from "./config.ts";
import type { Logger } from "./log.ts";
import { createPlanRunHandler } from "./plan-run.ts";
import { reconcile } from "./reconcile.ts";
import { repeat } from "./repeat.ts";
import { advanceRetrainings } from "./retrainings.ts";
import { SchedulerMetrics, type LoopName } from "./scheduler-metrics.ts";
import type { SchedulingContext } from "./scheduling-context.ts";
import { startStudyRuns } from "./study-runs.ts";
import { createRunSweepHandler } from "./sweeps.ts";
import { createRunTaskHandler, fireSchedules } from "./tasks.ts";

const ROLE = "scheduler";

/**
 * Connections: a planning, the six loops, two of a task, three more of a retraining, four of a sweep, and one that watches
 * for its cancellation.
 */
const DATABASE_CONNECTIONS = 17;

export interface Scheduler {
  /** Never resolves; rejects when a loop meets an error that waiting does not cure. */
  readonly failure: Promise<never>;
  /** Plans no more; a planning that outlasts the drain time is given back to the queue. */
  close(options: { readonly drainMs: number }): Promise<void>;
}

/** What is open, to be closed whole or half. */
interface OpenParts {
  tracing?: Tracing;
  database?: Database;
  queues?: Queues;
  probes?: ProbeServer | undefined;
}

/**
 * Connects, brings the schema up to date, restores the queue from the database and starts planning.
 * @throws HairlineError DATABASE_UNAVAILABLE, DATABASE_MIGRATION_FAILED, QUEUE_UNAVAILABLE
 */
export async function startScheduler(config: SchedulerConfig, log: Logger): Promise<Scheduler> {
  const opened: OpenParts = {};
  const onWarning = (message: string) => log.warn(message);
  const registry = createRegistry({ role: ROLE, version: VERSION });
  const metrics = new SchedulerMetrics(registry);
  try {
    const { metrics: address, traces } = config.telemetry;
    opened.tracing = await startTracing({ role: ROLE, version: VERSION, ...traces, onWarning });
    const database = await openDatabase(config.databaseUrl, { max: DATABASE_CONNECTIONS });
    opened.database = database;
    await migrate(database);
    const queues = await openQueues(config.queue, { onWarning, telemetry: opened.tracing.queues });
    opened.queues = queues;
    const context = { database, queues, log };
    await reconcile(context);
    await Promise.all(startWorkers(context, metrics).map((worker) => worker.ready()));
    if (address !== undefined)
      opened.probes = await startProbeServer({
        ...address,
        registry,
        checks: readinessOf({ database, queues }),
        log,
      });
    return run(context, { config, metrics, opened });
  } catch (error) {
    await close(opened, 0);
    throw error;
  }
}

function startWorkers(context: SchedulingContext, metrics: SchedulerMetrics): QueueWorker[] {
  const { queues, log } = context;
  const onFailure =
    ({ queue }: { readonly queue: string }, what: string) =>
    ({ jobId, payload, error, attempt, willRetry }: FailedTry<object>): void => {
      metrics.countJobFailure(queue, error.code, willRetry);
      log.error({ ...payload, jobId, code: error.code, error, attempt, willRetry }, what);
    };
  return [
    queues.work(planRun, createPlanRunHandler(context), { onFailure: onFailure(planRun, "planning failed") }),
    queues.work(runTask, createRunTaskHandler(context), { onFailure: onFailure(runTask, "task failed") }),
    queues.work(runSweep, createRunSweepHandler(context), { onFailure: onFailure(runSweep, "sweep failed") }),
  ];
}

interface RunParts {
  readonly config: SchedulerConfig;
  readonly metrics: SchedulerMetrics;
  readonly opened: OpenParts;
}

function run(context: SchedulingContext, { config, metrics, opened }: RunParts): Scheduler {
  const stopping = new AbortController();
  const loop = (name: LoopName, intervalMs: number, turn: () => Promise<void>) =>
    repeat(() => metrics.timed(name, turn), {
      intervalMs,
      signal: stopping.signal,
      onError: (error) => {
        const { code } = reportTurn(context.log, name, error);
        metrics.countTurnFailure(name, code);
      },
    });
  const loops = Promise.all([
    loop("reconcile", config.reconcileIntervalMs, () => reconcile(context)),
    loop("completion", config.completionIntervalMs, () => completeRuns(context)),
    loop("rollup", config.rollupIntervalMs, () => keepRollups(context)),
    loop("schedules", config.timerIntervalMs, () => fireSchedules(context)),
    loop("study-timers", config.timerIntervalMs, () => startStudyRuns(context)),
    loop("retraining", config.timerIntervalMs, () => advanceRetrainings(context, stopping.signal)),
  ]);
  const failure = loops.then(() => new Promise<never>(() => {}));
  // Whoever awaits `failure` sees the error; it must not end the process when nobody does.
  failure.catch(() => {});
  return {
    failure,
    async close({ drainMs }) {
      stopping.abort();
      await loops.catch(() => {});
      await close(opened, drainMs);
    },
  };
}

async function keepRollups({ database, log }: SchedulingContext): Promise<void> {
  const changes = await compactRollups(database);
  if (changes > 0) log.debug({ changes }, "changes added to the rollup");
}

/** A lost server comes back and the next turn does what this one missed; a defect does not heal. */
function reportTurn(log: Logger, loop: LoopName, error: unknown): HairlineError {
  const known = toHairlineError(asDatabaseFailure(error));
  if (!isRetryable(known)) throw known;
  log.error({ loop, code: known.code, error: known }, "turn failed; the next one does its work");
  return known;
}

async function close({ tracing, database, queues, probes }: OpenParts, drainMs: number): Promise<void> {
  await queues?.close({ drainMs });
  await probes?.close();
  await database?.close();
  await tracing?.close();
}
