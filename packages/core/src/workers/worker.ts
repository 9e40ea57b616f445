/** The processes of Hairline that report themselves. */
export type WorkerRole = "worker-gpu" | "scheduler" | "api";

/** By the database server's clock: `lost` was not seen for three of its own heartbeats. */
export type WorkerState = "running" | "lost" | "stopped";

/** How a scoring worker shares out its host. */
export interface WorkerThreads {
  readonly cores: number;
  readonly decodeThreads: number;
  /** Engines side by side. */
  readonly engines: number;
  readonly threadsPerEngine: number;
}

/** What a scoring worker computes on. */
export interface WorkerEngine {
  /** Such as `cpu` or `cuda`. */
  readonly engine: string;
  /** Of the library. */
  readonly engineVersion: string;
  /** Such as `cpu` or `cuda:0`. */
  readonly device: string;
  readonly threads: WorkerThreads;
}

/** What a process says of itself once, as it starts. Host and process id are added. */
export interface WorkerRegistration {
  readonly role: WorkerRole;
  /** Scoring workers only. */
  readonly engine?: WorkerEngine;
}

/** What a scoring worker says at every heartbeat. */
export interface WorkerActivity {
  /** Images its network has read since it started. */
  readonly images: number;
  /** Images of a batch. */
  readonly batchSize: number;
  /** The oldest shard it holds; undefined when it waits for work. */
  readonly shard: { readonly runId: string; readonly ordinal: number } | undefined;
}
