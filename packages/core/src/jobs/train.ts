import { z } from "zod";
import { defineJob, type PayloadOf } from "./define-job.ts";

/**
 * Train a network, or go on from its checkpoint. The payload carries an id; what to train is read from Postgres. A try
 * may take two weeks: a timer cannot wait for more than 24 days.
 */
export const trainModel = defineJob({
  queue: "training",
  payload: z.strictObject({ trainingId: z.uuid() }),
  attempts: 5,
  backoffMs: 5_000,
  timeoutMs: 14 * 24 * 3_600_000,
  key: ({ trainingId }) => `training-${trainingId}`,
});
export type TrainModel = PayloadOf<typeof trainModel>;
