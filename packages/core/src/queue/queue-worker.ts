import { WaitingError, type Job } from "bullmq";
import { HairlineError, toHairlineError } from "../errors.ts";
import type { JobDefinition, JobHandler } from "../jobs/index.ts";
import { withDeadline } from "./deadline.ts";
import { fromJobError, toJobError } from "./job-error.ts";
import { runHandler } from "./run-handler.ts";
import type { JobWorker, QueueTransport } from "./transport.ts";

/** One try of a job that did not succeed. */
export interface FailedTry<Payload = unknown> {
  readonly jobId: string;
  /** Undefined when it is not of the definition's form. */
  readonly payload: Payload | undefined;
  /** The handler's own error; its message may name object keys, so log the code. */
  readonly error: HairlineError;
  /** One-based. */
  readonly attempt: number;
  readonly willRetry: boolean;
}

export interface WorkOptions<Payload = unknown> {
  /** Jobs at a time in this process; default 1. */
  readonly concurrency?: number;
  readonly onFailure?: (failure: FailedTry<Payload>) => void;
  /**
   * A running job belongs to this worker for so long and is renewed at half of it; default 20,000 ms. It has to
   * exceed the longest time the event loop is blocked: a lost lock means the job runs twice.
   */
  readonly lockMs?: number;
  /** How often jobs of dead workers are looked for; default 5,000 ms. */
  readonly stalledCheckMs?: number;
}

export interface CloseOptions {
  /** How long running jobs may take to finish before they are aborted and put back; default 10,000 ms. */
  readonly drainMs?: number;
}

export interface QueueWorker {
  /** Resolves when the worker takes jobs. */
  ready(): Promise<void>;
  /** Takes no more jobs and waits for the running ones. A second call joins the first. */
  close(options?: CloseOptions): Promise<void>;
}

export interface WorkerParts<Payload> {
  readonly transport: QueueTransport;
  readonly definition: JobDefinition<Payload>;
  readonly handler: JobHandler<Payload, unknown>;
  readonly options: WorkOptions<Payload>;
  readonly onError: (error: Error) => void;
}

const DEFAULT_LOCK_MS = 20_000;
const DEFAULT_STALLED_CHECK_MS = 5_000;
const DEFAULT_DRAIN_MS = 10_000;

/**
 * Deaths of workers one job may survive. BullMQ's default of 1 fails jobs that a few restarts interrupt (8 of 60 in
 * the study); without a limit, a job that makes its worker run out of memory would come back for ever.
 */
const MAX_STALLED_COUNT = 50;

/** Wait before a worker asks a lost server again; BullMQ's own 15 s idle through a restart of two. */
const RETRY_CONNECTION_MS = 1_000;

/** How long a server may take to store the last results and say goodbye; a lost one never does. */
const GOODBYE_MS = 3_000;

/** Connects a handler that knows nothing of BullMQ to a queue. */
export function startWorker<Payload>(parts: WorkerParts<Payload>): QueueWorker {
  const { definition, options } = parts;
  const closing = new AbortController();
  const running = new Set<Promise<void>>();
  const track = (work: Promise<void>) => {
    running.add(work);
    return work.finally(() => running.delete(work));
  };
  // BullMQ passes the signal only to processors that declare three parameters.
  const worker = parts.transport.createWorker(
    definition.queue,
    (job, token, signal) =>
      track(processJob(parts, { job, token, signals: definedSignals(closing.signal, signal) })),
    {
      concurrency: options.concurrency ?? 1,
      lockDuration: options.lockMs ?? DEFAULT_LOCK_MS,
      stalledInterval: options.stalledCheckMs ?? DEFAULT_STALLED_CHECK_MS,
      maxStalledCount: MAX_STALLED_COUNT,
      runRetryDelay: RETRY_CONNECTION_MS,
    },
  );
  worker.on("error", parts.onError);
  worker.on("failed", (job, error) => {
    if (job === undefined) return;
    options.onFailure?.({
      jobId: job.id ?? "",
      payload: definition.payload.safeParse(job.data).data,
      error: fromJobError(error),
      attempt: job.attemptsMade,
      willRetry: job.finishedOn === undefined,
    });
  });
  // Another worker may have the job by now: stop working on it twice. BullMQ types the reason as text, but passes on
  // whatever it is given.
  worker.on("lockRenewalFailed", (jobIds) => {
    for (const jobId of jobIds) worker.cancelJob(jobId, lockLost(jobId) as unknown as string);
  });
  let closed: Promise<void> | undefined;
  return {
    ready: async () => {
      await worker.waitUntilReady();
    },
    close: (closeOptions) =>
      (closed ??= closeWorker({ worker, closing, running }, closeOptions?.drainMs ?? DEFAULT_DRAIN_MS)),
  };
}

interface OpenWorker {
  readonly worker: JobWorker;
  readonly closing: AbortController;
  /** The tries under way; each settles within the grace once `closing` is aborted. */
  readonly running: ReadonlySet<Promise<void>>;
}

interface Try {
  readonly job: Job<unknown, unknown>;
  readonly token: string | undefined;
  readonly signals: readonly AbortSignal[];
}

async function processJob<Payload>(parts: WorkerParts<Payload>, { job, token, signals }: Try): Promise<void> {
  try {
    await runHandler({ definition: parts.definition, handler: parts.handler, raw: job.data, signals });
  } catch (error) {
    if (!signals.some((signal) => signal.aborted && signal.reason === error)) throw toJobError(error);
    // Interrupted through no fault of its own: back to the queue, without spending a try. When even that fails the
    // job's lock runs out and another worker's check for stalled jobs finds it.
    await job.moveToWait(token).catch((cause: unknown) => parts.onError(toHairlineError(cause)));
    throw new WaitingError();
  }
}

async function closeWorker({ worker, closing, running }: OpenWorker, drainMs: number): Promise<void> {
  const abort = setTimeout(() => closing.abort(interrupted()), drainMs);
  const closed = worker.close();
  try {
    while (running.size > 0) await Promise.allSettled(running);
    await withDeadline(closed, GOODBYE_MS, interrupted);
  } catch {
    // The server is lost. What BullMQ would still tell it keeps neither us waiting nor the process alive.
    closing.abort(interrupted());
    await worker["lockManager"].close();
  } finally {
    clearTimeout(abort);
  }
}

function definedSignals(...signals: readonly (AbortSignal | undefined)[]): AbortSignal[] {
  return signals.filter((signal) => signal !== undefined);
}

function interrupted(): HairlineError {
  return new HairlineError("INTERRUPTED", "The worker is stopping.");
}

function lockLost(jobId: string): HairlineError {
  return new HairlineError("INTERRUPTED", `The lock of job ${jobId} ran out.`);
}
