import { HairlineError } from "@hairline/core/errors";
import { z } from "zod";

const LOOPBACK = ["127.0.0.1", "::1", "localhost"] as const;

const Environment = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: "expected a postgres:// URL" }),
  /** Loopback only: requests are not authenticated. */
  HAIRLINE_API_HOST: z
    .enum(LOOPBACK, { error: "expected a loopback address: requests are not authenticated" })
    .default("127.0.0.1"),
  HAIRLINE_API_PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
  HAIRLINE_LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
});

export interface ApiConfig {
  readonly databaseUrl: string;
  readonly host: string;
  readonly port: number;
  readonly logLevel: string;
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
  const { DATABASE_URL, HAIRLINE_API_HOST, HAIRLINE_API_PORT, HAIRLINE_LOG_LEVEL } = parsed.data;
  return Object.freeze({
    databaseUrl: DATABASE_URL,
    host: HAIRLINE_API_HOST,
    port: HAIRLINE_API_PORT,
    logLevel: HAIRLINE_LOG_LEVEL,
  });
}
