import { advanceRetraining, listOpenRetrainings } from "@hairline/core/retraining";
import type { SchedulingContext } from "./scheduling-context.ts";

/** Takes every open retraining as far as it goes now; what waits for a training or a run is looked at again next turn. */
export async function advanceRetrainings(
  { database, queues, log }: SchedulingContext,
  signal: AbortSignal,
): Promise<void> {
  for (const id of await listOpenRetrainings(database)) {
    if (signal.aborted) return;
    const { state, decision, errorCode, comparisonId } = await advanceRetraining(
      { database, queues, signal },
      id,
    );
    if (state === "completed") log.info({ retrainingId: id, decision, comparisonId }, "retraining ended");
    if (state === "failed") log.error({ retrainingId: id, code: errorCode }, "retraining failed");
  }
}
