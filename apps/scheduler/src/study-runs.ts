import { planRun } from "@hairline/core/jobs";
import { startDueStudies } from "@hairline/core/study-timers";
import type { SchedulingContext } from "./scheduling-context.ts";

/** Opens the runs of uploaded studies that are complete or quiet. A crash before they are queued is mended by `reconcile`. */
export async function startStudyRuns({ database, queues, log }: SchedulingContext): Promise<void> {
  for (const { runId, studyId, priority } of await startDueStudies(database)) {
    await queues.enqueue(planRun, [{ runId }], { priority });
    log.info({ runId, studyId, priority }, "study is due");
  }
}
