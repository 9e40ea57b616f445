import { planRun, runImport, runSweep, runTask, scoreShard, trainModel } from "../jobs/index.ts";
import type { JobPriority, QueueCounts, Queues } from "../queue/index.ts";

/** Every queue there is; a test holds it equal to core/jobs. */
export const MONITORED_QUEUES: readonly { readonly queue: string }[] = [
  planRun,
  scoreShard,
  runSweep,
  runTask,
  runImport,
  trainModel,
];

export interface QueueState {
  readonly queue: string;
  readonly counts: QueueCounts;
  readonly waiting: Readonly<Record<JobPriority, number>>;
}

/** How full the queues are. @throws HairlineError QUEUE_UNAVAILABLE */
export async function readQueueState(queues: Queues): Promise<QueueState[]> {
  const states: QueueState[] = [];
  for (const definition of MONITORED_QUEUES) {
    states.push({
      queue: definition.queue,
      counts: await queues.counts(definition),
      waiting: await queues.waitingByPriority(definition),
    });
  }
  return states;
}
