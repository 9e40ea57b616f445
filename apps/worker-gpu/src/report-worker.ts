import { asDatabaseFailure, type Database } from "@hairline/core/db";
import { toHairlineError } from "@hairline/core/errors";
import { startHeartbeat, type Heartbeat } from "@hairline/core/workers";
import { ENGINES } from "@hairline/model/engine";
import type { ScoringActivity } from "./activity.ts";
import type { WorkerConfig } from "./config.ts";
import type { Logger } from "./log.ts";
import type { ThreadPlan } from "./plan-threads.ts";

export interface ReportedWorker {
  readonly database: Database;
  readonly config: WorkerConfig;
  readonly plan: ThreadPlan;
  /** Such as `cpu` or `cuda:0`. */
  readonly device: string;
  readonly activity: ScoringActivity;
  readonly log: Logger;
}

/** Puts this worker on the list of `hairline workers` and keeps it up to date. */
export function reportWorker(worker: ReportedWorker): Promise<Heartbeat> {
  const { database, config, plan, device, activity, log } = worker;
  const { engine } = config.engine;
  const threads = { ...plan, cores: config.threads.cores };
  return startHeartbeat({
    database,
    registration: {
      role: "worker-gpu",
      engine: { engine, engineVersion: ENGINES[engine].version(), device, threads },
    },
    intervalMs: config.heartbeatMs,
    activity: () => activity.read(),
    onFailure: (error) =>
      log.warn({ code: toHairlineError(asDatabaseFailure(error)).code }, "no heartbeat; scoring goes on"),
    onRecovery: () => log.info("heartbeat again"),
  });
}
