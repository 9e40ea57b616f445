import type { Processor, Queue, Telemetry, Worker, WorkerOptions } from "bullmq";

/** The part of BullMQ's queue that is used, whatever server is behind it. */
export type JobQueue = Pick<
  Queue<unknown>,
  "addBulk" | "backend" | "getCountsPerPriority" | "getJobCounts" | "getFailed" | "close" | "on"
>;

/** BullMQ's worker, whatever server is behind it. */
export type JobWorker = Worker<unknown, unknown>;

export interface TransportOptions {
  readonly onWarning?: (message: string) => void;
  readonly telemetry?: Telemetry | undefined;
}

/** BullMQ's option for it, which may be left out but not undefined. */
export function tracedBy(telemetry: Telemetry | undefined): { telemetry?: Telemetry } {
  return telemetry === undefined ? {} : { telemetry };
}

export type WorkerSettings = Omit<WorkerOptions, "connection" | "prefix">;

/** One server BullMQ runs on: builds its queues and workers, and owns the connections they share. */
export interface QueueTransport {
  createQueue(name: string): JobQueue;
  createWorker(name: string, processor: Processor<unknown, unknown>, settings: WorkerSettings): JobWorker;
  /** Lets go of the server; queues and workers are closed before. */
  close(): Promise<void>;
}
