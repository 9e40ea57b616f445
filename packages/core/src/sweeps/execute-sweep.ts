import { setTimeout as wait } from "node:timers/promises";
import { sweepStudies } from "../analysis/index.ts";
import { inTransaction, type Database } from "../db/index.ts";
import { HairlineError, toHairlineError } from "../errors.ts";
import { calibratorById } from "../policies/calibrator-store.ts";
import { rawGrid } from "../policies/index.ts";
import { sweep, type ImageSweepResult } from "../readings/index.ts";
import { writeCounts } from "./sweep-counts.ts";
import { readSweepRow, type StoredSweep } from "./sweep-row.ts";

export interface SweepExecution {
  readonly database: Database;
  readonly sweepId: string;
  /** Cancels the sweep on the server; the row stays open, to be executed again. */
  readonly signal?: AbortSignal | undefined;
}

const WATCH_INTERVAL_MS = 250;

/**
 * Evaluates a sweep that waits, or that an executor left when it died, and stores its counts. One that has ended is
 * left alone, and so is one that is cancelled meanwhile. Executing it twice at once gives the same row.
 *
 * @returns the sweep as it then is
 * @throws HairlineError SWEEP_NOT_FOUND; what `sweep` throws, with the row left open; the signal's reason
 */
export async function executeSweep(execution: SweepExecution): Promise<StoredSweep> {
  const { database, sweepId } = execution;
  const { rowCount } = await database.pool.query(
    `update sweep set state = 'running', started_at = coalesce(started_at, now())
     where id = $1 and state in ('queued', 'running')`,
    [sweepId],
  );
  const stored = await readSweepRow(database.pool, sweepId);
  if (rowCount === 0) return stored;
  const startedMs = performance.now();
  const result = await untilCancelled(execution, (signal) => evaluate(database, stored, signal));
  if (result !== undefined)
    await complete(database, stored, { ...result, elapsedMs: performance.now() - startedMs });
  return readSweepRow(database.pool, sweepId);
}

/** Marks a sweep that cannot be evaluated; one that has ended stays as it is. */
export async function failSweep({ pool }: Database, sweepId: string, error: unknown): Promise<void> {
  await pool.query(
    `update sweep set state = 'failed', error_code = $2, finished_at = now()
     where id = $1 and state in ('queued', 'running')`,
    [sweepId, toHairlineError(error).code],
  );
}

/**
 * Cancels a sweep; who evaluates it notices within a moment and stops the statements on the server.
 *
 * @returns false when it had ended already
 * @throws HairlineError SWEEP_NOT_FOUND
 */
export async function cancelSweep({ pool }: Database, sweepId: string): Promise<boolean> {
  await readSweepRow(pool, sweepId);
  const { rowCount } = await pool.query(
    `update sweep set state = 'cancelled', finished_at = now() where id = $1 and state in ('queued', 'running')`,
    [sweepId],
  );
  return rowCount === 1;
}

type EvaluatedSweep = Omit<ImageSweepResult, "alphaSource" | "configs">;

async function evaluate(
  database: Database,
  stored: StoredSweep,
  signal: AbortSignal,
): Promise<EvaluatedSweep> {
  const { scope, filter, labelSource, calibratorId, studyRule } = stored;
  const calibrator = calibratorId === null ? undefined : await calibratorById(database, calibratorId);
  const grid = rawGrid(stored.grid, calibrator?.calibrator);
  const request = { database, dataset: scope.dataset, model: scope.model, grid, filter };
  if (studyRule === null) return { ...(await sweep({ ...request, labelSource, signal })), grid: stored.grid };
  const result = await sweepStudies({ ...request, rule: studyRule, signal });
  const source = result.alphaSource.includes("grid") ? "grid" : "scan";
  return { ...result, grid: stored.grid, source };
}

/** @returns undefined when the row says that the sweep was cancelled */
async function untilCancelled<T>(
  execution: SweepExecution,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  const { signal } = execution;
  const cancelled = new AbortController();
  const done = new AbortController();
  const either = signal === undefined ? cancelled.signal : AbortSignal.any([signal, cancelled.signal]);
  const watch = watchState(execution, cancelled, done.signal);
  try {
    return await work(either);
  } catch (error) {
    if (cancelled.signal.aborted && error === cancelled.signal.reason) return undefined;
    throw error;
  } finally {
    done.abort();
    await watch;
  }
}

/** Aborts when the row says that the sweep was cancelled, or is gone; a database that is away for a moment says nothing. */
async function watchState(
  { database, sweepId }: SweepExecution,
  cancelled: AbortController,
  done: AbortSignal,
): Promise<void> {
  while (!cancelled.signal.aborted) {
    await wait(WATCH_INTERVAL_MS, undefined, { signal: done }).catch(() => undefined);
    if (done.aborted) return;
    const { rows } = await database.pool
      .query<{ state: string }>("select state from sweep where id = $1", [sweepId])
      .catch(() => ({ rows: [{ state: "unknown" }] }));
    if (rows[0] === undefined || rows[0].state === "cancelled")
      cancelled.abort(new HairlineError("INTERRUPTED", `The sweep ${sweepId} was cancelled.`));
  }
}

async function complete(
  { pool }: Database,
  { sweepId }: StoredSweep,
  result: EvaluatedSweep & { readonly elapsedMs: number },
): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { rowCount } = await client.query(
      `update sweep
       set state = 'completed', facts_version = $2, source = $3, positives = $4, negatives = $5, unlabelled = $6,
           roc_auc = $7, elapsed_ms = $8, finished_at = now()
       where id = $1 and state = 'running'`,
      [
        sweepId,
        result.factsVersion,
        result.source,
        result.labelled.positive,
        result.labelled.negative,
        result.unlabelled,
        result.rocAuc,
        result.elapsedMs,
      ],
    );
    // It ended meanwhile: cancelled, or completed by another executor.
    if (rowCount === 1) await writeCounts(client, sweepId, result);
  });
}
