import { setTimeout as wait } from "node:timers/promises";
import { openDatabase, type Database } from "@hairline/core/db";
import { scoreShard, type ScoreShard } from "@hairline/core/jobs";
import { openQueues, type FailedTry, type Queues } from "@hairline/core/queue";
import type { Heartbeat } from "@hairline/core/workers";
import type { DecodedCache } from "@hairline/imaging/decoded-cache";
import { readinessOf, type ReadinessChecks } from "@hairline/telemetry/probes";
import { ScoringActivity } from "./activity.ts";
import { openArchive } from "./archive.ts";
import type { WorkerConfig } from "./config.ts";
import { DecodePool } from "./decode/decode-pool.ts";
import { openDecodedCache } from "./decode/decode-stage.ts";
import { createEngineClearance } from "./inference/clear-engine.ts";
import { InferenceDevice } from "./inference/inference-device.ts";
import { loadModel } from "./inference/load-model.ts";
import { requireDevice } from "./inference/require-device.ts";
import type { Logger } from "./log.ts";
import type { ScoringMetrics } from "./metrics/scoring-metrics.ts";
import type { WorkerObserver } from "./observe-worker.ts";
import { BatchRoom } from "./pipeline/batch-room.ts";
import { planThreads, type ThreadPlan } from "./plan-threads.ts";
import { reportWorker } from "./report-worker.ts";
import { createScoreShardHandler } from "./shard/handle-score-shard.ts";

/** The shard in the network and the next one, decoded while the first is scored and written. */
const SHARDS_AT_ONCE = 2;

/** Connections: two shards that load or commit, and the heartbeat. */
const DATABASE_CONNECTIONS = 3;

const DATABASE_CLOSE_MS = 2_000;

/** How often shards of dead workers are looked for. */
const STALLED_CHECKS_PER_LOCK = 4;

export interface ScoringWorker {
  readonly checks: ReadinessChecks;
  /** Takes no more shards; those still at work after the drain time are given back with nothing stored. */
  close(options: { readonly drainMs: number }): Promise<void>;
}

/**
 * Connects, starts the threads and takes shards.
 * @throws HairlineError DATABASE_UNAVAILABLE, QUEUE_UNAVAILABLE, ENGINE_UNAVAILABLE, INTERNAL when a thread cannot start
 */
export async function startScoringWorker(
  config: WorkerConfig,
  { log, observer }: { readonly log: Logger; readonly observer: WorkerObserver },
): Promise<ScoringWorker> {
  const plan = announcePlan(config, log);
  const opened: OpenParts = {};
  try {
    opened.database = await openDatabase(config.databaseUrl, {
      max: DATABASE_CONNECTIONS,
      answerMs: config.databaseAnswerMs,
    });
    opened.queues = await openQueues(config.queue, {
      onWarning: (message) => log.warn(message),
      telemetry: observer.queueTelemetry,
    });
    const threads = startThreads(opened, config, plan);
    const [device] = await Promise.all([
      requireDevice(config.engine),
      threads.decoders.whenStarted(),
      threads.device.whenStarted(),
    ]);
    const { database } = opened;
    const room = new BatchRoom(plan.batchSize, (batchSize) => {
      log.warn({ batchSize }, "the device runs out of memory; batches are smaller from now on");
    });
    const activity = new ScoringActivity(room);
    opened.heartbeat = await reportWorker({ database, config, plan, device, activity, log });
    const clearEngine = createEngineClearance(database, config.engine, log);
    const decodedCache = openDecodedCache(config.decodedCache, log);
    opened.decodedCache = decodedCache;
    const handler = createScoreShardHandler({
      database,
      decodedCache,
      ...threads,
      room,
      activity,
      metrics: observer.scoring,
      loadModel: async (modelId) => {
        await clearEngine(modelId);
        return loadModel(database, modelId);
      },
      workerId: opened.heartbeat.workerId,
      openArchive: (root) => openArchive(root, config.limits),
      log,
    });
    const worker = opened.queues.work(scoreShard, handler, {
      concurrency: SHARDS_AT_ONCE,
      lockMs: config.lockMs,
      stalledCheckMs: Math.ceil(config.lockMs / STALLED_CHECKS_PER_LOCK),
      onFailure: (failure) => noteFailure({ log, metrics: observer.scoring }, failure),
    });
    await worker.ready();
    const checks = readinessOf({ database, queues: opened.queues });
    return { checks, close: ({ drainMs }) => closeParts(opened, drainMs) };
  } catch (error) {
    await closeParts(opened, 0);
    throw error;
  }
}

function announcePlan({ threads: settings, engine }: WorkerConfig, log: Logger): ThreadPlan {
  const plan = planThreads(settings, engine.engine);
  log.info({ engine: engine.engine, cores: settings.cores, ...plan }, "threads planned");
  if (plan.decodeThreads > settings.libuvThreads) {
    log.warn(
      { decodeThreads: plan.decodeThreads, libuvThreads: settings.libuvThreads },
      "start the worker with a larger UV_THREADPOOL_SIZE: decode threads wait for each other",
    );
  }
  return plan;
}

interface OpenParts {
  decodedCache?: DecodedCache | undefined;
  database?: Database;
  queues?: Queues;
  decoders?: DecodePool;
  device?: InferenceDevice;
  heartbeat?: Heartbeat;
}

function startThreads(opened: OpenParts, config: WorkerConfig, plan: ThreadPlan) {
  const decoders = new DecodePool({ threads: plan.decodeThreads, limits: config.limits });
  opened.decoders = decoders;
  const device = new InferenceDevice({ objectsRoot: config.objectsRoot, ...config.engine, ...plan });
  opened.device = device;
  return { decoders, device };
}

/** The queue first: its jobs use everything else. */
async function closeParts(
  { database, queues, decoders, device, heartbeat, decodedCache }: OpenParts,
  drainMs: number,
): Promise<void> {
  await queues?.close({ drainMs });
  await Promise.all([decoders?.close(), device?.close(), heartbeat?.stop(), decodedCache?.close()]);
  // A shard that was given up can still wait for a lock; its transaction ends with the process.
  await Promise.race([database?.close(), wait(DATABASE_CLOSE_MS, undefined, { ref: false })]);
}

function noteFailure(
  { log, metrics }: { readonly log: Logger; readonly metrics: ScoringMetrics },
  { jobId, payload, error, attempt, willRetry }: FailedTry<ScoreShard>,
): void {
  metrics.countFailure(error.code, willRetry);
  log.error({ ...payload, jobId, code: error.code, attempt, willRetry }, "shard failed");
  log.debug({ ...payload, jobId, error }, "where the shard failed");
}
