import { HairlineError } from "@hairline/core/errors";
import { trainModel } from "@hairline/core/jobs";
import { failTraining, listOpenTrainings } from "@hairline/core/training";
import type { SchedulingContext } from "./scheduling-context.ts";

/** Ends the trainings whose job was given up, with the code of its last try, and queues the jobs of open ones again. */
export async function reconcileTrainings({ database, queues, log }: SchedulingContext): Promise<void> {
  for (const { payload, code } of await queues.failures(trainModel)) {
    if (payload === undefined) continue;
    await failTraining(database, payload.trainingId, new HairlineError(code, code));
  }
  const open = await listOpenTrainings(database);
  if (open.length === 0) return;
  await queues.enqueue(
    trainModel,
    open.map((trainingId) => ({ trainingId })),
  );
  log.debug({ open: open.length }, "open trainings queued");
}
