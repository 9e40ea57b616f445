import { loadSql } from "@hairline/core/db";
import type { ErrorCode } from "@hairline/core/errors";
import type { RunState } from "@hairline/core/runs";
import type { SchedulingContext } from "./scheduling-context.ts";

interface EndedRow {
  readonly id: string;
  readonly state: RunState;
  readonly planned: number;
  readonly scored: number;
  readonly quarantined: number;
  readonly deleted: number;
  readonly error_code: ErrorCode | null;
}

/** Ends the runs whose shards are all done. One whose ledger does not balance fails with LEDGER_UNBALANCED. */
export async function completeRuns({ database, log }: SchedulingContext): Promise<void> {
  const { rows } = await database.pool.query<EndedRow>(loadSql("complete-runs"));
  for (const { id, state, planned, scored, quarantined, deleted, error_code } of rows) {
    const ledger = { runId: id, planned, scored, quarantined, deleted };
    if (state === "completed") log.info(ledger, "run completed");
    else log.error({ ...ledger, code: error_code }, "run failed");
  }
}
