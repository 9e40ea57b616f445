import { setTimeout as wait } from "node:timers/promises";
import { openDatabase, type Database } from "@hairline/core/db";
import { trainModel } from "@hairline/core/jobs";
import { openQueues, type Queues } from "@hairline/core/queue";
import { openObjectStore } from "@hairline/core/storage";
import { failTraining } from "@hairline/core/training";
import type { DecodedCache } from "@hairline/imaging/decoded-cache";
import { openTrainer } from "@hairline/model/train";
import { readinessOf, type ReadinessChecks } from "@hairline/telemetry/probes";
import { openArchive } from "../archive.ts";
import type { WorkerConfig } from "../config.ts";
import { DecodePool } from "../decode/decode-pool.ts";
import { openDecodedCache } from "../decode/decode-stage.ts";
import type { Logger } from "../log.ts";
import type { WorkerObserver } from "../observe-worker.ts";
import { planThreads } from "../plan-threads.ts";
import { createTrainHandler } from "./handle-train.ts";
import type { TrainingConfig } from "./training-config.ts";

/** The training's writes, and what it is told. */
const DATABASE_CONNECTIONS = 2;
const DATABASE_CLOSE_MS = 2_000;
const STALLED_CHECKS_PER_LOCK = 4;

export interface TrainingWorker {
  readonly checks: ReadinessChecks;
  /** Puts the training under way by with a checkpoint and gives it back. */
  close(): Promise<void>;
}

interface OpenParts {
  database?: Database;
  queues?: Queues;
  decoders?: DecodePool;
  decodedCache?: DecodedCache | undefined;
}

/**
 * Connects and takes trainings, one at a time. The network computes in threads: nothing holds up the renewal of locks.
 * @throws HairlineError DATABASE_UNAVAILABLE, QUEUE_UNAVAILABLE, INTERNAL when a thread cannot start
 */
export async function startTrainingWorker(
  config: WorkerConfig,
  settings: TrainingConfig,
  { log, observer }: { readonly log: Logger; readonly observer: WorkerObserver },
): Promise<TrainingWorker> {
  const opened: OpenParts = {};
  try {
    const { cores } = config.threads;
    const database = await openDatabase(config.databaseUrl, { max: DATABASE_CONNECTIONS });
    opened.database = database;
    opened.queues = await openQueues(config.queue, {
      onWarning: (message) => log.warn(message),
      telemetry: observer.queueTelemetry,
    });
    const { decodeThreads } = planThreads(config.threads);
    opened.decoders = new DecodePool({ threads: decodeThreads, limits: config.limits });
    opened.decodedCache = openDecodedCache(config.decodedCache, log);
    const handler = createTrainHandler(
      {
        database,
        store: openObjectStore(config.objectsRoot),
        decoders: opened.decoders,
        decodedCache: opened.decodedCache,
        openArchive: (root) => openArchive(root, config.limits),
        openTrainer: (weights, trainer) =>
          openTrainer({ engine: config.engine.engine, threads: cores }, weights, trainer),
        settings,
        threads: cores,
      },
      log,
    );
    const worker = opened.queues.work(trainModel, handler, {
      concurrency: 1,
      lockMs: config.lockMs,
      stalledCheckMs: Math.ceil(config.lockMs / STALLED_CHECKS_PER_LOCK),
      onFailure: ({ jobId, payload, error, attempt, willRetry }) => {
        log.error({ ...payload, jobId, code: error.code, error, attempt, willRetry }, "training failed");
        if (willRetry || payload === undefined) return;
        failTraining(database, payload.trainingId, error).catch((cause: unknown) =>
          log.error({ jobId, cause }, "the scheduler will mark it as failed"),
        );
      },
    });
    await worker.ready();
    const checks = readinessOf({ database, queues: opened.queues });
    return { checks, close: () => closeParts(opened) };
  } catch (error) {
    await closeParts(opened);
    throw error;
  }
}

/** A training takes hours: none is waited for, a checkpoint is enough. */
async function closeParts({ database, queues, decoders, decodedCache }: OpenParts): Promise<void> {
  await queues?.close({ drainMs: 0 });
  await Promise.all([decoders?.close(), decodedCache?.close()]);
  await Promise.race([database?.close(), wait(DATABASE_CLOSE_MS, undefined, { ref: false })]);
}
