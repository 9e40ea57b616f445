import { planRun, runImport, runSweep, runTask, scoreShard, type JobDefinition } from "../jobs/index.ts";
import type { QueueFailure, Queues } from "../queue/index.ts";
import type { ErrorCode } from "../errors.ts";

/** What a job that was given up was about. */
export type DeadWork =
  | { readonly kind: "run"; readonly runId: string; readonly ordinal: number | null }
  | { readonly kind: "sweep"; readonly sweepId: string }
  | { readonly kind: "firing"; readonly schedule: string; readonly dueAtMs: number }
  | { readonly kind: "import"; readonly importRequestId: string }
  /** Its payload is of another release's form. */
  | { readonly kind: "unreadable" };

/** A job that was given up. */
export interface DeadLetter {
  readonly queue: string;
  readonly jobId: string;
  readonly code: ErrorCode;
  readonly attempts: number;
  readonly failedAt: Date;
  readonly work: DeadWork;
}

/** The jobs given up on every queue, newest first; at most KEPT_FAILURES a queue. @throws HairlineError QUEUE_UNAVAILABLE */
export async function listDeadLetters(queues: Queues): Promise<DeadLetter[]> {
  const letters = await Promise.all([
    read(queues, planRun, ({ runId }) => ({ kind: "run", runId, ordinal: null })),
    read(queues, scoreShard, ({ runId, ordinal }) => ({ kind: "run", runId, ordinal })),
    read(queues, runSweep, ({ sweepId }) => ({ kind: "sweep", sweepId })),
    read(queues, runImport, ({ importRequestId }) => ({ kind: "import", importRequestId })),
    read(queues, runTask, ({ schedule, dueAtMs }) => ({ kind: "firing", schedule, dueAtMs })),
  ]);
  return letters
    .flat()
    .sort((a, b) => b.failedAt.getTime() - a.failedAt.getTime() || (a.jobId < b.jobId ? -1 : 1));
}

async function read<Payload>(
  queues: Queues,
  definition: JobDefinition<Payload>,
  workOf: (payload: Payload) => DeadWork,
): Promise<DeadLetter[]> {
  const failures: QueueFailure<Payload>[] = await queues.failures(definition);
  return failures.map(({ jobId, payload, code, attempts, failedAt }) => ({
    queue: definition.queue,
    jobId,
    code,
    attempts,
    failedAt,
    work: payload === undefined ? { kind: "unreadable" } : workOf(payload),
  }));
}

/** Lets go of letters; what they were about stays as it is in the database. @throws HairlineError QUEUE_UNAVAILABLE */
export async function forgetDeadLetters(queues: Queues, letters: readonly DeadLetter[]): Promise<void> {
  for (const definition of [planRun, scoreShard, runSweep, runImport, runTask]) {
    const jobIds = letters.filter(({ queue }) => queue === definition.queue).map(({ jobId }) => jobId);
    if (jobIds.length > 0) await queues.forget(definition, jobIds);
  }
}
