import type { Database } from "@hairline/core/db";
import type { ErrorCode } from "@hairline/core/errors";

/** Ends a run that no further try can save, with the code that says why. */
export async function failRun({ pool }: Database, runId: string, code: ErrorCode): Promise<void> {
  await pool.query(
    `update run set state = 'failed', error_code = $2, finished_at = now()
     where id = $1::uuid and state in ('planning', 'running')`,
    [runId, code],
  );
}
