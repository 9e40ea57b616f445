import { HairlineError } from "@hairline/core/errors";
import type { QueueConnection } from "@hairline/core/queue";
import { TELEMETRY_VARIABLES, telemetrySettings, type TelemetrySettings } from "@hairline/telemetry/settings";
import { z } from "zod";
import { Oidc, oidcSettings, type OidcSettings } from "./auth/oidc-settings.ts";
import { isLoopback } from "./http/loopback.ts";
import { UPLOAD_VARIABLES, uploadSettings, type UploadSettings } from "./uploads/upload-settings.ts";
import { wholeNumber } from "./whole-number.ts";

/** Comma-separated; an empty text is an empty list. */
const list = z
  .string()
  .transform((text) => text.split(",").map((part) => part.trim()))
  .transform((parts) => parts.filter((part) => part !== ""));

const Environment = z
  .object({
    DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: "expected a postgres:// URL" }),
    /** Redis to queue on instead of PostgreSQL. */
    REDIS_URL: z.url({ protocol: /^rediss?$/, error: "expected a redis:// URL" }).optional(),
    HAIRLINE_API_HOST: z.string().min(1).default("127.0.0.1"),
    HAIRLINE_API_PORT: wholeNumber(0, 65_535).default(8080),
    /** "loopback": requests need no key. For one person on their own computer. */
    HAIRLINE_API_OPEN: z.literal("loopback", { error: 'expected "loopback", or unset' }).optional(),
    /** Folders that archives may be imported from through the API; none by default. */
    HAIRLINE_ARCHIVE_ROOTS: list.default([]),
    /** Requests a minute of one key, token subject or, without either, address. */
    HAIRLINE_API_RATE_PER_MINUTE: wholeNumber(1, 1_000_000).default(1200),
    /** Proxies in front whose X-Forwarded-For is believed. */
    HAIRLINE_API_TRUSTED_PROXIES: wholeNumber(0, 16).default(0),
    HAIRLINE_LOG_LEVEL: z
      .enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"])
      .default("info"),
    ...TELEMETRY_VARIABLES,
    ...UPLOAD_VARIABLES,
    ...Oidc.shape,
  })
  .superRefine((variables, context) => {
    if (variables.HAIRLINE_API_OPEN === undefined || isLoopback(variables.HAIRLINE_API_HOST)) return;
    context.addIssue({
      code: "custom",
      path: ["HAIRLINE_API_OPEN"],
      message: "an open API listens on a loopback address only",
    });
  })
  .superRefine(Oidc.check);

export interface ApiConfig {
  readonly databaseUrl: string;
  readonly queue: QueueConnection;
  readonly host: string;
  readonly port: number;
  /** No key is asked for; only ever on loopback. */
  readonly open: boolean;
  readonly archiveRoots: readonly string[];
  readonly ratePerMinute: number;
  readonly trustedProxies: number;
  readonly oidc: OidcSettings | undefined;
  readonly uploads: UploadSettings;
  readonly logLevel: string;
  readonly telemetry: TelemetrySettings;
}

/** @throws HairlineError BAD_CONFIG naming every bad variable at once */
export function loadConfig(environment: NodeJS.ProcessEnv): ApiConfig {
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
    host: variables.HAIRLINE_API_HOST,
    port: variables.HAIRLINE_API_PORT,
    open: variables.HAIRLINE_API_OPEN === "loopback",
    archiveRoots: variables.HAIRLINE_ARCHIVE_ROOTS,
    ratePerMinute: variables.HAIRLINE_API_RATE_PER_MINUTE,
    trustedProxies: variables.HAIRLINE_API_TRUSTED_PROXIES,
    oidc: oidcSettings(variables),
    uploads: uploadSettings(variables),
    logLevel: variables.HAIRLINE_LOG_LEVEL,
    telemetry: telemetrySettings(variables),
  });
}

function queueConnection(variables: {
  DATABASE_URL: string;
  REDIS_URL?: string | undefined;
}): QueueConnection {
  return variables.REDIS_URL === undefined
    ? { kind: "postgres", url: variables.DATABASE_URL }
    : { kind: "redis", url: variables.REDIS_URL };
}
