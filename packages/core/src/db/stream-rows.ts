import type pg from "pg";

export interface RowStream {
  readonly sql: string;
  readonly params: readonly unknown[];
  /** Rows fetched at a time. Default 5,000. */
  readonly batchSize?: number;
}

let cursors = 0;

/**
 * The rows of one statement in batches, so that memory holds one batch. The client must be in a transaction
 * and run nothing else until the rows are used up or left.
 */
export async function* streamRows<Row extends pg.QueryResultRow>(
  client: pg.ClientBase,
  { sql, params, batchSize = 5_000 }: RowStream,
): AsyncGenerator<Row[]> {
  cursors += 1;
  const cursor = `row_stream_${cursors}`;
  // The planner favours the first tenth of a cursor's rows; ours are read to the end.
  await client.query("set local cursor_tuple_fraction = 1");
  await client.query(`declare ${cursor} no scroll cursor for ${sql}`, [...params]);
  for (;;) {
    const { rows } = await client.query<Row>(`fetch ${batchSize} from ${cursor}`);
    if (rows.length > 0) yield rows;
    if (rows.length < batchSize) break;
  }
  await client.query(`close ${cursor}`);
}
