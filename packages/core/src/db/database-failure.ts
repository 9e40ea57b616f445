import { HairlineError } from "../errors.ts";

// Of a socket, and of the server: 57P01 to 57P03 are shutting down, crashed, starting up; 25P03 a transaction that
// rested too long.
const CONNECTION_LOST = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "57P01",
  "57P02",
  "57P03",
  "25P03",
]);
const NO_ANSWER = "Query read timeout";
const DRIVER_LOST =
  /^Query read timeout|^Connection terminated|timeout exceeded when trying to connect|is not queryable/;

/** What the server says when it cannot go on now, by SQLSTATE (PostgreSQL 18, appendix A), and what helps. */
const REMEDIES: Readonly<Record<string, string>> = {
  "25006": "Connect to a server that takes writes; this one is a standby or read-only.",
  "40001": "Run the same command again.",
  "40P01": "Run the same command again.",
  "42501": "Connect as the role that owns Hairline's tables.",
  "53100": "Free space on the database's disk, then run the same command again.",
  "53200": "Give the database more memory, then run the same command again.",
  "53300": "Raise max_connections of the server, or end other programs that use it.",
};

/** Whether the driver gave up waiting for an answer: the connection takes no further statement. */
export function isUnanswered(error: unknown): boolean {
  return error instanceof Error && error.message === NO_ANSWER;
}

/**
 * A failure of the database that the user can do something about as DATABASE_UNAVAILABLE with the remedy; any other
 * error as it is. The driver's messages hold no password.
 */
export function asDatabaseFailure(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof HairlineError) return error;
  const { code = "" } = error as NodeJS.ErrnoException;
  if (CONNECTION_LOST.has(code) || DRIVER_LOST.test(error.message)) {
    return new HairlineError("DATABASE_UNAVAILABLE", `the database was lost: ${error.message}`, {
      remedy: "Check that its server runs, then run the same command again.",
      cause: error,
    });
  }
  const remedy = REMEDIES[code];
  if (remedy === undefined) return error;
  return new HairlineError("DATABASE_UNAVAILABLE", `the database refused: ${error.message}`, {
    remedy,
    cause: error,
  });
}
