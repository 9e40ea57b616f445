import { resolve } from "node:path";
import { HairlineError } from "@hairline/core/errors";
import { objectsLocation } from "@hairline/core/storage";
import { decodedCacheRoot } from "@hairline/imaging/decoded-cache";
import { z } from "zod";

const url = (...protocols: string[]) =>
  z.url({
    protocol: new RegExp(`^(${protocols.join("|")})$`),
    error: `expected a ${protocols.map((protocol) => `${protocol}://`).join(" or ")} URL`,
  });

const Environment = z.object({
  /** Folder of the embedded server, model files and logs. */
  HAIRLINE_HOME: z.string().min(1).default(".hairline"),
  /** Where models and artefacts live instead of HAIRLINE_HOME/objects: a folder or s3://bucket/prefix. */
  HAIRLINE_OBJECTS: z.string().optional(),
  /** PostgreSQL to use instead of the embedded one. */
  DATABASE_URL: url("postgres", "postgresql").optional(),
  /** Redis to queue on instead of PostgreSQL. */
  REDIS_URL: url("redis", "rediss").optional(),
  /** Where workers keep decoded images: "off", "on" for HAIRLINE_HOME, or a folder. */
  HAIRLINE_DECODED_CACHE: z
    .string()
    .regex(/^(on|off)$|[/\\]/, 'expected "on", "off" or the path of a folder')
    .default("off"),
  /** Where `hairline upload` finds the API, and the key it sends. */
  HAIRLINE_API_URL: url("http", "https").default("http://127.0.0.1:8080"),
  HAIRLINE_API_KEY: z.string().optional(),
  NO_COLOR: z.string().optional(),
});

export interface CliConfig {
  readonly home: string;
  /** Folder or s3://bucket/prefix of models and artefacts. */
  readonly objects: string;
  readonly databaseUrl: string | undefined;
  readonly redisUrl: string | undefined;
  /** Folder of the cache of decoded images, also where it is switched off. */
  readonly decodedCacheRoot: string;
  readonly apiUrl: string;
  readonly apiKey: string | undefined;
  readonly color: boolean;
  /** The environment as given, for the child processes. */
  readonly environment: NodeJS.ProcessEnv;
}

/** @throws HairlineError BAD_CONFIG naming every bad variable at once */
export function loadConfig(environment: NodeJS.ProcessEnv): CliConfig {
  const parsed = Environment.safeParse(environment);
  if (!parsed.success) {
    throw new HairlineError("BAD_CONFIG", z.prettifyError(parsed.error), {
      field: parsed.error.issues.map((issue) => issue.path.join(".")).join(", "),
      remedy: "Correct or unset the variables named.",
    });
  }
  const { HAIRLINE_HOME, DATABASE_URL, REDIS_URL, HAIRLINE_DECODED_CACHE, NO_COLOR } = parsed.data;
  const home = resolve(HAIRLINE_HOME);
  return Object.freeze({
    home,
    objects: objectsLocation(parsed.data.HAIRLINE_OBJECTS, home),
    databaseUrl: DATABASE_URL,
    redisUrl: REDIS_URL,
    decodedCacheRoot: decodedCacheRoot(
      HAIRLINE_DECODED_CACHE === "off" ? "on" : HAIRLINE_DECODED_CACHE,
      home,
    ),
    apiUrl: parsed.data.HAIRLINE_API_URL,
    apiKey: parsed.data.HAIRLINE_API_KEY || undefined,
    color: NO_COLOR === undefined || NO_COLOR === "",
    environment,
  });
}
