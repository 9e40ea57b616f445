import { HairlineError } from "@hairline/core/errors";
import type { QueueConnection } from "@hairline/core/queue";
import { TELEMETRY_VARIABLES, telemetrySettings, type TelemetrySettings } from "@hairline/telemetry/settings";
import { z } from "zod";

const milliseconds = (minimum: number, maximum: number) => z.coerce.number().int().min(minimum).max(maximum);

const Environment = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: "expected a postgres:// URL" }),
  /** Redis to queue on instead of PostgreSQL. */
  REDIS_URL: z.url({ protocol: /^rediss?$/, error: "expected a redis:// URL" }).optional(),
  /** How often lost jobs are put back, and so the longest a wiped queue stays empty. */
  HAIRLINE_RECONCILE_INTERVAL_MS: milliseconds(100, 3_600_000).default(15_000),
  /** How often finished runs are looked for, and so the longest a command waits for the end of its run. */
  HAIRLINE_COMPLETION_INTERVAL_MS: milliseconds(50, 60_000).default(500),
  /** How often changes of predictions are added to the rollup; sweeps add those that wait themselves. */
  HAIRLINE_ROLLUP_INTERVAL_MS: milliseconds(100, 3_600_000).default(5_000),
  /** How often schedules and timers of studies are looked at, and so the latest they fire after they are due. */
  HAIRLINE_TIMER_INTERVAL_MS: milliseconds(50, 60_000).default(1_000),
  /** How long a stop signal waits for the planning at hand before giving it back. */
  HAIRLINE_DRAIN_TIMEOUT_MS: milliseconds(0, 3_600_000).default(15_000),
  HAIRLINE_LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
  ...TELEMETRY_VARIABLES,
});

export interface SchedulerConfig {
  readonly databaseUrl: string;
  readonly queue: QueueConnection;
  readonly reconcileIntervalMs: number;
  readonly completionIntervalMs: number;
  readonly rollupIntervalMs: number;
  readonly timerIntervalMs: number;
  readonly drainTimeoutMs: number;
  readonly logLevel: string;
  readonly telemetry: TelemetrySettings;
}

/** @throws HairlineError BAD_CONFIG naming every bad variable at once */
export function loadConfig(environment: NodeJS.ProcessEnv): SchedulerConfig {
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
    reconcileIntervalMs: variables.HAIRLINE_RECONCILE_INTERVAL_MS,
    completionIntervalMs: variables.HAIRLINE_COMPLETION_INTERVAL_MS,
    rollupIntervalMs: variables.HAIRLINE_ROLLUP_INTERVAL_MS,
    timerIntervalMs: variables.HAIRLINE_TIMER_INTERVAL_MS,
    drainTimeoutMs: variables.HAIRLINE_DRAIN_TIMEOUT_MS,
    logLevel: variables.HAIRLINE_LOG_LEVEL,
    telemetry: telemetrySettings(variables),
  });
}

function queueConnection(variables: z.infer<typeof Environment>): QueueConnection {
  return variables.REDIS_URL === undefined
    ? { kind: "postgres", url: variables.DATABASE_URL }
    : { kind: "redis", url: variables.REDIS_URL };
}
