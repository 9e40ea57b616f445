import type { Database } from "../db/index.ts";
import { IMPORT_REQUEST_COLUMNS, type ImportRequest } from "../ingest/import-requests.ts";

/** An import, and where it stands in the list of all. */
export interface ListedImport extends ImportRequest {
  /** Microseconds since 1970: what the list is ordered by. */
  readonly position: number;
}

/** Imports asked for, the latest first. */
export async function pageImports(
  { pool }: Database,
  query: { readonly before?: readonly [position: number, id: string] | undefined; readonly limit: number },
): Promise<ListedImport[]> {
  const [position = null, id = null] = query.before ?? [];
  const { rows } = await pool.query<ListedImport>(
    `select ${IMPORT_REQUEST_COLUMNS}, (extract(epoch from created_at) * 1000000)::bigint as position
     from import_request
     where $1::bigint is null
        or (created_at, id) < (timestamptz 'epoch' + $1 * interval '1 microsecond', $2::uuid)
     order by created_at desc, id desc
     limit $3`,
    [position, id, query.limit],
  );
  return rows;
}
