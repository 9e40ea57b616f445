import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { HairlineError } from "@hairline/core/errors";
import type { QueueConnection } from "@hairline/core/queue";
import { objectsLocation } from "@hairline/core/storage";
import { DEFAULT_HEARTBEAT_MS } from "@hairline/core/workers";
import { DEFAULT_DECODE_LIMITS } from "@hairline/imaging/decode";
import { decodedCacheRoot, DEFAULT_MAX_CACHE_BYTES } from "@hairline/imaging/decoded-cache";
import { ENGINE_NAMES, type EngineName } from "@hairline/model/engine";
import { TELEMETRY_VARIABLES, telemetrySettings, type TelemetrySettings } from "@hairline/telemetry/settings";
import { z } from "zod";

const MEBIBYTE = 1024 * 1024;

/** Digits only: coercion would read "" as 0. */
const wholeNumber = (minimum: number, maximum: number) =>
  z
    .string()
    .regex(/^\d+$/, "expected a whole number")
    .transform(Number)
    .pipe(z.int().min(minimum).max(maximum));

/** "auto" (or absent) leaves the choice to the machine. */
const countOrAuto = (maximum: number) =>
  z
    .literal("auto")
    .transform(() => undefined)
    .or(wholeNumber(1, maximum))
    .optional();

const Environment = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: "expected a postgres:// URL" }),
  /** Redis to take jobs from instead of PostgreSQL. */
  REDIS_URL: z.url({ protocol: /^rediss?$/, error: "expected a redis:// URL" }).optional(),
  /** Folder whose objects/ holds the imported models, unless HAIRLINE_OBJECTS says where they are. */
  HAIRLINE_HOME: z.string().min(1).default(".hairline"),
  /** A folder or s3://bucket/prefix. */
  HAIRLINE_OBJECTS: z.string().optional(),
  /** Cores this worker may use, for hosts it shares with others. */
  HAIRLINE_CORES: countOrAuto(1024),
  HAIRLINE_BATCH_SIZE: countOrAuto(1024),
  HAIRLINE_DECODE_THREADS: countOrAuto(256),
  HAIRLINE_INFER_THREADS: countOrAuto(256),
  /** Read by libuv as the process starts: decodes that run at once, whatever the number of threads asking. */
  UV_THREADPOOL_SIZE: wholeNumber(1, 1024).default(4),
  HAIRLINE_ENGINE: z.enum(ENGINE_NAMES).default("cpu"),
  /** Which GPU, from 0. */
  HAIRLINE_GPU: wholeNumber(0, 1023).optional(),
  /** "allow" scores on an engine that is not verified for the model; each use is put on record. */
  HAIRLINE_ENGINE_UNVERIFIED: z.literal("allow").optional(),
  HAIRLINE_MAX_IMAGE_BYTES: wholeNumber(1024, 2048 * MEBIBYTE).default(DEFAULT_DECODE_LIMITS.maxBytes),
  HAIRLINE_MAX_IMAGE_PIXELS: wholeNumber(1024, 2_000_000_000).default(DEFAULT_DECODE_LIMITS.maxPixels),
  /** "on", or a folder: keeps decoded images for the next run over the same files. */
  HAIRLINE_DECODED_CACHE: z
    .string()
    .regex(/^(on|off)$|[/\\]/, 'expected "on", "off" or the path of a folder')
    .default("off"),
  HAIRLINE_DECODED_CACHE_MAX_BYTES: wholeNumber(64 * MEBIBYTE, 2 ** 50).default(DEFAULT_MAX_CACHE_BYTES),
  HAIRLINE_DECODE_TIMEOUT_MS: wholeNumber(100, 600_000).default(DEFAULT_DECODE_LIMITS.timeoutMs),
  /** How long a stop signal waits for the shard at hand before giving it back. */
  HAIRLINE_DRAIN_TIMEOUT_MS: wholeNumber(0, 3_600_000).default(15_000),
  /** How long a dead worker keeps its shard; has to exceed any pause of the event loop many times over. */
  HAIRLINE_LOCK_MS: wholeNumber(500, 3_600_000).default(20_000),
  /** How long the database may leave a statement, or a transaction, unanswered before its connection counts as lost. */
  HAIRLINE_DATABASE_ANSWER_MS: wholeNumber(500, 3_600_000).default(60_000),
  /** How often the worker reports itself; not seen for three times as long, it counts as lost. */
  HAIRLINE_HEARTBEAT_MS: wholeNumber(100, 3_600_000).default(DEFAULT_HEARTBEAT_MS),
  HAIRLINE_LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
  ...TELEMETRY_VARIABLES,
});

export interface ImageLimits {
  readonly maxBytes: number;
  readonly maxPixels: number;
  readonly decodeTimeoutMs: number;
}

/** Counts the user fixed; undefined ones are chosen from the machine by planThreads. */
export interface ThreadSettings {
  readonly cores: number;
  /** Size of the pool in which sharp decodes. */
  readonly libuvThreads: number;
  readonly batchSize: number | undefined;
  readonly decodeThreads: number | undefined;
  readonly inferThreads: number | undefined;
}

export interface EngineSettings {
  readonly engine: EngineName;
  readonly gpu: number | undefined;
  readonly unverified: "allow" | undefined;
}

export interface DecodedCacheSettings {
  readonly root: string;
  readonly maxBytes: number;
}

export interface WorkerConfig {
  readonly databaseUrl: string;
  readonly queue: QueueConnection;
  /** Folder or s3://bucket/prefix of the store that holds the model files. */
  readonly objectsRoot: string;
  readonly engine: EngineSettings;
  readonly threads: ThreadSettings;
  readonly limits: ImageLimits;
  /** Undefined when decoded images are not kept. */
  readonly decodedCache: DecodedCacheSettings | undefined;
  readonly drainTimeoutMs: number;
  readonly lockMs: number;
  readonly databaseAnswerMs: number;
  readonly heartbeatMs: number;
  readonly logLevel: string;
  readonly telemetry: TelemetrySettings;
}

/** @throws HairlineError BAD_CONFIG naming every bad variable at once */
export function loadConfig(environment: NodeJS.ProcessEnv): WorkerConfig {
  const parsed = Environment.safeParse(environment);
  if (!parsed.success) {
    throw new HairlineError("BAD_CONFIG", z.prettifyError(parsed.error), {
      field: parsed.error.issues.map((issue) => issue.path.join(".")).join(", "),
      remedy: "Correct or unset the variables named.",
    });
  }
  const variables = parsed.data;
  return Object.freeze({
    databaseUrl: variables.DATABASE_URL,
    queue: queueConnection(variables),
    objectsRoot: objectsLocation(variables.HAIRLINE_OBJECTS, resolve(variables.HAIRLINE_HOME)),
    engine: {
      engine: variables.HAIRLINE_ENGINE,
      gpu: variables.HAIRLINE_GPU,
      unverified: variables.HAIRLINE_ENGINE_UNVERIFIED,
    },
    threads: {
      cores: variables.HAIRLINE_CORES ?? availableParallelism(),
      libuvThreads: variables.UV_THREADPOOL_SIZE,
      batchSize: variables.HAIRLINE_BATCH_SIZE,
      decodeThreads: variables.HAIRLINE_DECODE_THREADS,
      inferThreads: variables.HAIRLINE_INFER_THREADS,
    },
    limits: {
      maxBytes: variables.HAIRLINE_MAX_IMAGE_BYTES,
      maxPixels: variables.HAIRLINE_MAX_IMAGE_PIXELS,
      decodeTimeoutMs: variables.HAIRLINE_DECODE_TIMEOUT_MS,
    },
    decodedCache: decodedCacheSettings(variables),
    drainTimeoutMs: variables.HAIRLINE_DRAIN_TIMEOUT_MS,
    lockMs: variables.HAIRLINE_LOCK_MS,
    databaseAnswerMs: variables.HAIRLINE_DATABASE_ANSWER_MS,
    heartbeatMs: variables.HAIRLINE_HEARTBEAT_MS,
    logLevel: variables.HAIRLINE_LOG_LEVEL,
    telemetry: telemetrySettings(variables),
  });
}

function decodedCacheSettings(variables: {
  HAIRLINE_HOME: string;
  HAIRLINE_DECODED_CACHE: string;
  HAIRLINE_DECODED_CACHE_MAX_BYTES: number;
}): DecodedCacheSettings | undefined {
  const { HAIRLINE_DECODED_CACHE: setting, HAIRLINE_DECODED_CACHE_MAX_BYTES: maxBytes } = variables;
  if (setting === "off") return undefined;
  return { root: decodedCacheRoot(setting, resolve(variables.HAIRLINE_HOME)), maxBytes };
}

function queueConnection(variables: {
  DATABASE_URL: string;
  REDIS_URL?: string | undefined;
}): QueueConnection {
  return variables.REDIS_URL === undefined
    ? { kind: "postgres", url: variables.DATABASE_URL }
    : { kind: "redis", url: variables.REDIS_URL };
}
