import type pg from "pg";

/** A point of a training's curves. */
export interface TrainingEpoch {
  /** From 0. */
  readonly epoch: number;
  readonly trainingLoss: number;
  readonly validationLoss: number;
  /** On the validation images; null when a class is absent there. */
  readonly auroc: number | null;
  /** Of the epoch's last step. */
  readonly learningRate: number;
  readonly imagesPerSecond: number | null;
  /** Whether it was the best epoch when it ended. */
  readonly best: boolean;
}

/** The epochs of a training, in order. */
export async function listEpochs(
  client: pg.ClientBase | pg.Pool,
  trainingId: string,
): Promise<TrainingEpoch[]> {
  const { rows } = await client.query<TrainingEpoch>(
    `select epoch, training_loss as "trainingLoss", validation_loss as "validationLoss", auroc,
            learning_rate as "learningRate", images_per_second as "imagesPerSecond", best
     from training_epoch where training_id::text = $1 order by epoch`,
    [trainingId],
  );
  return rows;
}
