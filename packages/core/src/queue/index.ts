export type { QueueConnection } from "./connection.ts";
export { openQueues, type QueuesOptions } from "./open-queues.ts";
export {
  JOB_PRIORITIES,
  KEPT_FAILURES,
  type EnqueueOptions,
  type JobPriority,
  type QueueCounts,
  type QueueFailure,
  type Queues,
} from "./queues.ts";
export type { CloseOptions, FailedTry, QueueWorker, WorkOptions } from "./queue-worker.ts";
export { isRetryable } from "./retryable.ts";
