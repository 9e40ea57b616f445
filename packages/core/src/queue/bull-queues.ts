import { parsePayload, type JobDefinition, type JobHandler } from "../jobs/index.ts";
import { connectionErrorReporter, queueUnavailable, type QueueConnection } from "./connection.ts";
import { withDeadline } from "./deadline.ts";
import { codeOfReason } from "./job-error.ts";
import { startWorker, type CloseOptions, type QueueWorker, type WorkOptions } from "./queue-worker.ts";
import {
  KEPT_FAILURES,
  type EnqueueOptions,
  type JobPriority,
  type QueueCounts,
  type QueueFailure,
  type Queues,
} from "./queues.ts";
import type { JobQueue, QueueTransport } from "./transport.ts";

/** Jobs sent at once: 32,000 a second on Redis, and no command holds it for more than 50 ms. */
const CHUNK_SIZE = 1_000;

/** One call a job, in order; so many are done well before a call counts as lost. */
const REPRIORITIZED_AT_ONCE = 100;

/** A call on a server that stopped answering fails after this. */
const CALL_TIMEOUT_MS = 15_000;

/** BullMQ takes jobs without a priority first, then 1, 2, … */
const PRIORITIES = { urgent: 0, normal: 1, "off-peak": 2 } as const satisfies Record<JobPriority, number>;

interface BullQueuesParts {
  readonly connection: QueueConnection;
  readonly transport: QueueTransport;
  readonly warn: (message: string) => void;
}

/** The queues as BullMQ keeps them; the server's peculiarities are the transport's. */
export class BullQueues implements Queues {
  readonly connection: QueueConnection;
  readonly #transport: QueueTransport;
  readonly #reportError: (error: Error) => void;
  readonly #queues = new Map<string, JobQueue>();
  readonly #workers = new Set<QueueWorker>();
  #closed: Promise<void> | undefined;

  constructor({ connection, transport, warn }: BullQueuesParts) {
    this.connection = connection;
    this.#transport = transport;
    this.#reportError = connectionErrorReporter(connection, warn);
  }

  async enqueue<Payload>(
    definition: JobDefinition<Payload>,
    payloads: readonly Payload[],
    options: EnqueueOptions = {},
  ): Promise<void> {
    const queue = this.#queue(definition);
    const jobs = payloads.map((raw) => {
      const payload = parsePayload(definition, raw);
      const opts = { ...jobOptions(definition, options), jobId: definition.key(payload) };
      return { name: definition.queue, data: payload, opts };
    });
    await this.#call(() => removeFailures(queue, new Set(jobs.map((job) => job.opts.jobId))));
    for (let start = 0; start < jobs.length; start += CHUNK_SIZE) {
      await this.#call(() => queue.addBulk(jobs.slice(start, start + CHUNK_SIZE)));
    }
  }

  async reprioritize<Payload>(
    definition: JobDefinition<Payload>,
    payloads: readonly Payload[],
    priority: JobPriority,
  ): Promise<void> {
    const { backend } = this.#queue(definition);
    const jobIds = payloads.map((raw) => definition.key(parsePayload(definition, raw)));
    for (let start = 0; start < jobIds.length; start += REPRIORITIZED_AT_ONCE) {
      const chunk = jobIds.slice(start, start + REPRIORITIZED_AT_ONCE);
      await this.#call(() => changePriorities(backend, chunk, PRIORITIES[priority]));
    }
  }

  work<Payload>(
    definition: JobDefinition<Payload>,
    handler: JobHandler<Payload, unknown>,
    options: WorkOptions<Payload> = {},
  ): QueueWorker {
    const worker = startWorker({
      transport: this.#transport,
      definition,
      handler,
      options,
      onError: this.#reportError,
    });
    this.#workers.add(worker);
    return worker;
  }

  async counts(definition: { readonly queue: string }): Promise<QueueCounts> {
    const queue = this.#queue(definition);
    const counted = await this.#call(() =>
      queue.getJobCounts("waiting", "prioritized", "active", "delayed", "failed"),
    );
    const count = (state: string) => counted[state] ?? 0;
    return {
      waiting: count("waiting") + count("prioritized"),
      active: count("active"),
      delayed: count("delayed"),
      failed: count("failed"),
    };
  }

  async waitingByPriority(definition: {
    readonly queue: string;
  }): Promise<Readonly<Record<JobPriority, number>>> {
    const queue = this.#queue(definition);
    const counted = await this.#call(() => queue.getCountsPerPriority(Object.values(PRIORITIES)));
    const count = (priority: JobPriority) => counted[PRIORITIES[priority]] ?? 0;
    return { urgent: count("urgent"), normal: count("normal"), "off-peak": count("off-peak") };
  }

  async failures<Payload>(definition: JobDefinition<Payload>): Promise<QueueFailure<Payload>[]> {
    const queue = this.#queue(definition);
    const jobs = await this.#call(() => queue.getFailed(0, KEPT_FAILURES - 1));
    return jobs.map((job) => {
      const parsed = definition.payload.safeParse(job.data);
      return {
        jobId: job.id ?? "",
        payload: parsed.success ? parsed.data : undefined,
        code: codeOfReason(job.failedReason),
        attempts: job.attemptsMade,
        failedAt: new Date(job.finishedOn ?? job.timestamp),
      };
    });
  }

  async forget(definition: { readonly queue: string }, jobIds: readonly string[]): Promise<void> {
    await this.#call(() => removeFailures(this.#queue(definition), new Set(jobIds)));
  }

  close(options?: CloseOptions): Promise<void> {
    this.#closed ??= this.#close(options);
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(options?: CloseOptions): Promise<void> {
    await Promise.all([...this.#workers].map((worker) => worker.close(options)));
    await Promise.all([...this.#queues.values()].map((queue) => queue.close()));
    await this.#transport.close();
  }

  #queue(definition: { readonly queue: string }): JobQueue {
    const existing = this.#queues.get(definition.queue);
    if (existing !== undefined) return existing;
    const queue = this.#transport.createQueue(definition.queue);
    // Reported by the call that fails; without a listener the event would end the process.
    queue.on("error", () => {});
    this.#queues.set(definition.queue, queue);
    return queue;
  }

  async #call<T>(operation: () => Promise<T>): Promise<T> {
    // A pool may hand out connections the server has just cut, each once. Every call is idempotent.
    const tried = operation().catch(operation).catch(operation);
    return withDeadline(tried, CALL_TIMEOUT_MS, () => new Error("no answer")).catch((error: unknown) => {
      throw queueUnavailable(this.connection, "refused or lost a call", error);
    });
  }
}

function jobOptions(
  definition: { readonly attempts: number; readonly backoffMs: number },
  { priority = "normal" }: EnqueueOptions,
) {
  return {
    attempts: definition.attempts,
    backoff: { type: "exponential", delay: definition.backoffMs },
    priority: PRIORITIES[priority],
    removeOnComplete: true,
    removeOnFail: { count: KEPT_FAILURES },
    stackTraceLimit: 3,
  };
}

/** BullMQ's answer for a job that does not exist (any more). */
const MISSING_JOB = -1;

async function changePriorities(
  backend: JobQueue["backend"],
  jobIds: readonly string[],
  priority: number,
): Promise<void> {
  for (const jobId of jobIds) {
    await backend.changePriority(jobId, priority).catch((error: unknown) => {
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      if (code !== MISSING_JOB) throw error;
    });
  }
}

/** BullMQ ignores an id that is still there, and failed jobs are kept. */
async function removeFailures(queue: JobQueue, jobIds: ReadonlySet<string>): Promise<void> {
  const { failed = 0 } = await queue.getJobCounts("failed");
  if (failed === 0) return;
  const kept = await queue.getFailed(0, KEPT_FAILURES - 1);
  await Promise.all(kept.filter((job) => jobIds.has(job.id ?? "")).map((job) => job.remove()));
}
