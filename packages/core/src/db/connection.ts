import pg from "pg";

import { HairlineError } from "../errors.ts";

/** An open pool of connections to one PostgreSQL database. */
export interface Database extends AsyncDisposable {
  /** Connection string, with its password: not for logs. */
  readonly url: string;
  readonly pool: pg.Pool;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** Most connections held at once. Default 10. */
  readonly max?: number;
  /**
   * How long the server may take to answer a statement, and how long a transaction may rest between two: for processes
   * whose statements are all short. Then the connection counts as lost, on both sides: a link that has fallen silent
   * would otherwise keep the rows locked and the process waiting until TCP gives up. Default: no limit.
   */
  readonly answerMs?: number;
  /** Session settings of every connection, such as who acts. */
  readonly settings?: Readonly<Record<string, string>>;
}

/**
 * Opens a database and makes sure that it answers. bigint columns come as numbers (an id above 2^53 throws
 * rather than losing digits), real and double precision as numbers, numeric as text.
 *
 * @throws HairlineError DATABASE_UNAVAILABLE when it takes no connection; the message has no password
 */
export async function openDatabase(url: string, options: DatabaseOptions = {}): Promise<Database> {
  const pool = openPool(url, options);
  // A server that restarts breaks the idle connections: the pool drops them, and queries under way reject.
  pool.on("error", () => undefined);
  try {
    await pool.query("select 1");
  } catch (cause) {
    await pool.end();
    throw unavailable(url, cause);
  }
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => (closed ??= pool.end());
  return { url, pool, close, [Symbol.asyncDispose]: close };
}

function openPool(url: string, { max = 10, answerMs, settings = {} }: DatabaseOptions): pg.Pool {
  try {
    return new pg.Pool({
      connectionString: url,
      max,
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      ...(answerMs === undefined
        ? {}
        : { query_timeout: answerMs, idle_in_transaction_session_timeout: answerMs }),
      application_name: "hairline",
      types: { getTypeParser },
      // oxlint-disable-next-line typescript/no-misused-promises -- the pool waits for it; its declarations do not say so
      onConnect: (client) => applySettings(client, settings),
    });
  } catch (cause) {
    throw unavailable(url, cause);
  }
}

async function applySettings(
  client: pg.ClientBase,
  settings: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [name, value] of Object.entries(settings))
    await client.query("select set_config($1, $2, false)", [name, value]);
}

type TextParser = (text: string) => unknown;

/** The driver's parsers by type oid. Its declarations name scalar types only, so arrays are out of its enum. */
const driverParser = pg.types.getTypeParser as (oid: number, format?: string) => TextParser;

const INT8 = 20;
const INT8_ARRAY = 1016;
const TEXT_ARRAY = 1009;

function getTypeParser(oid: number, format?: string): TextParser {
  if (format !== "binary" && oid === INT8) return parseSafeInteger;
  if (format !== "binary" && oid === INT8_ARRAY) return parseSafeIntegerArray;
  return driverParser(oid, format);
}

function parseSafeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) {
    throw new HairlineError("INTERNAL", `the bigint ${text} does not fit a number exactly`);
  }
  return value;
}

function parseSafeIntegerArray(text: string): (number | null)[] {
  const elements = driverParser(TEXT_ARRAY)(text) as (string | null)[];
  return elements.map((element) => (element === null ? null : parseSafeInteger(element)));
}

function unavailable(url: string, cause: unknown): HairlineError {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const where = parsed
    ? `the database ${parsed.pathname.slice(1) || "(default)"} at ${parsed.host}`
    : "the database";
  return new HairlineError("DATABASE_UNAVAILABLE", `${where} takes no connection: ${reason(cause)}`, {
    // The error of an unparsable URL carries the URL, and with it the password.
    cause: parsed ? cause : undefined,
    remedy: "Check DATABASE_URL and that the server runs; unset it to use the embedded server.",
  });
}

function reason(cause: unknown): string {
  // Node tries every address of a host and reports an AggregateError, whose own message is empty.
  if (cause instanceof AggregateError) return cause.errors.map(reason).join("; ");
  return cause instanceof Error ? cause.message : String(cause);
}
