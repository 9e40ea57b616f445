import type pg from "pg";
import type { Database } from "../db/index.ts";
import { openSnapshot, type Snapshot } from "../readings/snapshot.ts";
import { copyFacts } from "./copy-rows.ts";
import { filterConditions, listsImages, type FactFilter } from "./fact-filter.ts";
import { copyStatement, partitionOf, type BlockRange, type FactQuery } from "./fact-query.ts";
import type { FactRow } from "./fact-row.ts";

export interface FactScan {
  readonly database: Database;
  /** What the scan sees, and the connection it begins on; opened with the same signal. */
  readonly snapshot: Snapshot;
  readonly query: FactQuery;
  /** Called with the same object for every prediction, in no order. */
  readonly onRow: (row: FactRow) => void;
  /** Ends the scan, and cancels what helpers run on the server. */
  readonly signal?: AbortSignal | undefined;
}

/** The rows of more connections come faster than one thread counts them: 9 M a second. */
const CONNECTIONS = 4;

/** 8 MiB, some 75,000 rows: below it another connection takes longer to begin than it saves. */
const SMALLEST_RANGE = 1024;
const RANGES_PER_CONNECTION = 4;

/**
 * Reads the predictions of a query once, by several connections that share a snapshot where the pool has some to spare.
 *
 * @throws the signal's reason when it aborts
 */
export async function scanFacts(scan: FactScan): Promise<void> {
  const { database, snapshot, query, signal } = scan;
  signal?.throwIfAborted();
  if (query.strata.length === 0) return;
  const ranges = await blockRanges(snapshot.client, query);
  const helpers = Math.min(CONNECTIONS, ranges.length, 1 + spareConnections(database)) - 1;
  const exported = helpers > 0 ? await exportSnapshot(snapshot.client) : undefined;
  const opening = Array.from({ length: helpers }, () => openSnapshot(database, { exported, signal }));
  const opened = await Promise.allSettled(opening);
  const others = opened.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  try {
    // A helper that could not be opened only makes the scan slower.
    await scanRanges([snapshot, ...others], ranges, scan);
  } finally {
    await Promise.all(others.map((other) => other[Symbol.asyncDispose]()));
  }
}

/** The partition in parts that connections take one after another; one whole where an index leads to the rows. */
async function blockRanges(
  client: pg.ClientBase,
  query: FactQuery,
): Promise<readonly (BlockRange | undefined)[]> {
  if (listsImages(query.filter)) return [undefined];
  const { rows } = await client.query<{ blocks: number }>(
    "select pg_relation_size($1::regclass) / current_setting('block_size')::int as blocks",
    [partitionOf(query.modelId)],
  );
  const blocks = rows[0]?.blocks ?? 0;
  const size = Math.max(SMALLEST_RANGE, Math.ceil(blocks / (CONNECTIONS * RANGES_PER_CONNECTION)));
  const count = Math.max(1, Math.ceil(blocks / size));
  // Rows beyond the last block came later than the snapshot, or fit into blocks that it saw.
  return Array.from({ length: count }, (_, index) => ({
    from: index * size,
    to: index === count - 1 ? Infinity : (index + 1) * size,
  }));
}

/** Connections that can be had at once. Waiting for one while holding another could wait for ever. */
function spareConnections({ pool }: Database): number {
  const busy = pool.totalCount - pool.idleCount;
  return Math.max(0, (pool.options.max ?? 10) - busy - pool.waitingCount);
}

async function exportSnapshot(client: pg.ClientBase): Promise<string | undefined> {
  const { rows } = await client.query<{ snapshot: string }>("select pg_export_snapshot() as snapshot");
  return rows[0]?.snapshot;
}

async function scanRanges(
  snapshots: readonly Snapshot[],
  ranges: readonly (BlockRange | undefined)[],
  scan: FactScan,
): Promise<void> {
  const left = [...ranges];
  const failed = new AbortController();
  const work = snapshots.map(async ({ client }) => {
    await setFilter(client, scan.query.filter);
    for (;;) {
      scan.signal?.throwIfAborted();
      if (left.length === 0 || failed.signal.aborted) return;
      const statement = copyStatement(scan.query, left.shift());
      await copyFacts(client, { statement, columns: scan.query.columns, onRow: scan.onRow });
    }
  });
  const settled = await Promise.allSettled(
    work.map((each) =>
      each.catch((error: unknown) => {
        failed.abort();
        throw error;
      }),
    ),
  );
  scan.signal?.throwIfAborted();
  for (const each of settled) if (each.status === "rejected") throw each.reason;
}

/** Makes a filter's values known to the statements of a transaction; its end takes them back. */
export async function setFilter(client: pg.ClientBase, filter: FactFilter): Promise<void> {
  for (const [name, value] of filterConditions(filter).settings)
    await client.query("select set_config($1, $2, true)", [name, value]);
}
