import type { Database } from "@hairline/core/db";
import { scoreShard } from "@hairline/core/jobs";
import type { Queues } from "@hairline/core/queue";

/** What has to answer before the process can do its work, by name. */
export type ReadinessChecks = Readonly<Record<string, () => Promise<unknown>>>;

export interface Readiness {
  readonly ready: boolean;
  /** Names of the checks that failed or did not answer in time. */
  readonly failing: readonly string[];
}

/** Below the second or more that orchestrators give a probe. */
const DEADLINE_MS = 2_000;

/** The two servers that every role needs. */
export function readinessOf({ database, queues }: { database: Database; queues: Queues }): ReadinessChecks {
  return {
    database: () => database.pool.query("select 1"),
    queue: () => queues.counts(scoreShard),
  };
}

/** Does all checks at once; takes at most the deadline, whatever they do. Never rejects. */
export async function checkReadiness(
  checks: ReadinessChecks,
  deadlineMs: number = DEADLINE_MS,
): Promise<Readiness> {
  const names = Object.entries(checks).map(async ([name, check]) =>
    (await answersWithin(check, deadlineMs)) ? undefined : name,
  );
  const failing = (await Promise.all(names)).filter((name) => name !== undefined);
  return { ready: failing.length === 0, failing };
}

function answersWithin(check: () => Promise<unknown>, deadlineMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), deadlineMs);
    const settle = (answered: boolean) => {
      clearTimeout(timer);
      resolve(answered);
    };
    // A check may throw before it has a promise.
    Promise.resolve()
      .then(check)
      .then(
        () => settle(true),
        () => settle(false),
      );
  });
}
