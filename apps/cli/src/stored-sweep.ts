import { isHairlineError } from "@hairline/core/errors";
import {
  cancelSweep,
  executeSweep,
  failSweep,
  readResult,
  readSweepRow,
  requestSweep,
  type StoredSweep,
  type SweepSpec,
} from "@hairline/core/sweeps";
import type { Database } from "@hairline/core/db";
import { HairlineError } from "@hairline/core/errors";
import type { SweepResult } from "@hairline/core/readings";
import type { CliContext } from "./context.ts";
import type { SweepOrigin } from "./sweep-export.ts";

export interface EvaluatedSweep {
  readonly result: SweepResult;
  readonly origin: SweepOrigin;
}

/** The stored result of a sweep, evaluated here and now where there is none. A signal cancels it. */
export async function evaluateSweep(
  { openStack, signal }: CliContext,
  spec: SweepSpec,
  { fresh = false }: { readonly fresh?: boolean },
): Promise<EvaluatedSweep> {
  const { database } = await openStack();
  const { sweepId, state } = await requestSweep(database, spec, { fresh });
  const reused = state === "completed";
  // One that another process has under way is evaluated here too: that process may be dead.
  const stored = reused
    ? await readSweepRow(database.pool, sweepId)
    : await executeSweep({ database, sweepId, signal }).catch((error: unknown) =>
        endSweep(database, sweepId, error),
      );
  return readEvaluated(database, stored, reused);
}

/** @throws HairlineError BAD_ARGUMENT when the sweep is not completed */
export async function readEvaluated(
  database: Database,
  stored: StoredSweep,
  reused: boolean,
): Promise<EvaluatedSweep> {
  if (stored.state === "cancelled")
    throw new HairlineError("INTERRUPTED", `The sweep ${stored.sweepId} was cancelled.`);
  const result = await readResult(database.pool, stored);
  const { sweepId, source, elapsedMs, finishedAt } = stored;
  const seconds = (elapsedMs ?? 0) / 1000;
  return { result, origin: { sweepId, source, reused, seconds, evaluatedAt: finishedAt ?? new Date() } };
}

async function endSweep(database: Database, sweepId: string, error: unknown): Promise<never> {
  if (isHairlineError(error) && error.code === "INTERRUPTED") await cancelSweep(database, sweepId);
  else await failSweep(database, sweepId, error);
  throw error;
}
