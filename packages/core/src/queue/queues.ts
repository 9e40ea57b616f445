import type { ErrorCode } from "../errors.ts";
import type { JobDefinition, JobHandler } from "../jobs/index.ts";
import type { QueueConnection } from "./connection.ts";
import type { CloseOptions, QueueWorker, WorkOptions } from "./queue-worker.ts";

/** "urgent" jobs are taken before all others, "off-peak" ones after; equal ones in the order they were queued. */
export const JOB_PRIORITIES = ["urgent", "normal", "off-peak"] as const;
export type JobPriority = (typeof JOB_PRIORITIES)[number];

export interface EnqueueOptions {
  readonly priority?: JobPriority;
}

export interface QueueCounts {
  /** Ready to be taken. */
  readonly waiting: number;
  readonly active: number;
  /** Waiting for their next try. */
  readonly delayed: number;
  /** Given up; the last KEPT_FAILURES of them. */
  readonly failed: number;
}

/** A job that was given up. */
export interface QueueFailure<Payload> {
  readonly jobId: string;
  /** Undefined when it is not of the definition's form. */
  readonly payload: Payload | undefined;
  readonly code: ErrorCode;
  /** Tries made. */
  readonly attempts: number;
  /** Of the last try. */
  readonly failedAt: Date;
}

/** Named queues on one server. Postgres holds the truth; what is here can be put back at any time. */
export interface Queues extends AsyncDisposable {
  /** Where it is open, with the password: not for logs. */
  readonly connection: QueueConnection;
  /**
   * Adds one job for each payload, in order. The same key is the same job: one that waits or runs is left alone,
   * one that finished or was given up is queued afresh.
   *
   * @throws HairlineError INVALID_JOB before anything is added; QUEUE_UNAVAILABLE
   */
  enqueue<Payload>(
    definition: JobDefinition<Payload>,
    payloads: readonly Payload[],
    options?: EnqueueOptions,
  ): Promise<void>;
  /**
   * Changes the priority of queued jobs; those that are gone are passed over, running ones keep theirs for this try.
   * A job that is moved comes after those already queued with its new priority.
   *
   * @throws HairlineError INVALID_JOB before anything is changed; QUEUE_UNAVAILABLE
   */
  reprioritize<Payload>(
    definition: JobDefinition<Payload>,
    payloads: readonly Payload[],
    priority: JobPriority,
  ): Promise<void>;
  /** Starts taking jobs. Handlers are idempotent: a job runs again when its worker dies. */
  work<Payload>(
    definition: JobDefinition<Payload>,
    handler: JobHandler<Payload, unknown>,
    options?: WorkOptions<Payload>,
  ): QueueWorker;
  /** @throws HairlineError QUEUE_UNAVAILABLE */
  counts(definition: { readonly queue: string }): Promise<QueueCounts>;
  /** Of the waiting ones, how many there are of each priority. @throws HairlineError QUEUE_UNAVAILABLE */
  waitingByPriority(definition: { readonly queue: string }): Promise<Readonly<Record<JobPriority, number>>>;
  /** Jobs given up, newest first, at most KEPT_FAILURES. @throws HairlineError QUEUE_UNAVAILABLE */
  failures<Payload>(definition: JobDefinition<Payload>): Promise<QueueFailure<Payload>[]>;
  /** Lets go of jobs that were given up; other ids are passed over. @throws HairlineError QUEUE_UNAVAILABLE */
  forget(definition: { readonly queue: string }, jobIds: readonly string[]): Promise<void>;
  /** Closes the workers as QueueWorker.close does, then the queues. A second call joins the first. */
  close(options?: CloseOptions): Promise<void>;
}

/** Failed jobs kept for inspection in each queue. */
export const KEPT_FAILURES = 1_000;
