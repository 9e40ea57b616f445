import { HairlineError } from "../errors.ts";

/** Where jobs wait: Redis in production, the product's own PostgreSQL when there is none. */
export type QueueConnection =
  { readonly kind: "redis"; readonly url: string } | { readonly kind: "postgres"; readonly url: string };

/** A server that does not answer must not hold a command for longer than this. */
export const CONNECT_TIMEOUT_MS = 5_000;

const SERVER_NAMES = { redis: "Redis", postgres: "PostgreSQL" } as const satisfies Record<
  QueueConnection["kind"],
  string
>;

const REMEDIES = {
  redis: "Check REDIS_URL and that the server runs; unset it to queue on PostgreSQL.",
  postgres: "Check DATABASE_URL and that the server runs.",
} as const satisfies Record<QueueConnection["kind"], string>;

/** The server as messages may name it: host, port and database, never user or password. */
export function describeServer(connection: QueueConnection): string {
  const name = SERVER_NAMES[connection.kind];
  if (!URL.canParse(connection.url)) return name;
  const { host, pathname } = new URL(connection.url);
  return `${name} at ${host}${pathname === "/" ? "" : pathname}`;
}

/**
 * QUEUE_UNAVAILABLE around a driver's failure. The drivers' errors carry the failed command, and so the password
 * of an AUTH; only their code and message are kept.
 */
export function queueUnavailable(
  connection: QueueConnection,
  problem: string,
  cause?: unknown,
): HairlineError {
  const reason = cause === undefined ? undefined : failureReason(cause);
  return new HairlineError(
    "QUEUE_UNAVAILABLE",
    `${describeServer(connection)} ${problem}${reason === undefined ? "" : `: ${reason}`}.`,
    {
      remedy: REMEDIES[connection.kind],
      ...(reason === undefined ? {} : { cause: new Error(reason) }),
    },
  );
}

/** A driver's error in one line. Node reports a host with several addresses as an AggregateError without message. */
export function failureReason(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return failureReason(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  if (error.message !== "") return error.message;
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}

const REPEAT_AFTER_MS = 60_000;

/** Tells of connection errors; a repeat of the last one only after a minute, since every reconnect fails alike. */
export function connectionErrorReporter(
  connection: QueueConnection,
  warn: (message: string) => void,
): (error: Error) => void {
  let lastReason: string | undefined;
  let toldAt = 0;
  return (error) => {
    const reason = failureReason(error);
    if (reason === lastReason && Date.now() - toldAt < REPEAT_AFTER_MS) return;
    lastReason = reason;
    toldAt = Date.now();
    warn(`${describeServer(connection)}: ${reason}`);
  };
}
