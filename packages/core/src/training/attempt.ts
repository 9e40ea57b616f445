import type pg from "pg";
import { inTransaction, type Database } from "../db/index.ts";
import { HairlineError } from "../errors.ts";
import type { TrainingEpoch } from "./epochs.ts";
import {
  readTraining,
  type HashedObject,
  type Training,
  type TrainingProgress,
  type TrainingState,
} from "./training.ts";

/** An image as a training uses it. */
export interface PlannedImage {
  readonly imageId: number;
  readonly objectKey: string;
  readonly byteSize: number | null;
  readonly modifiedAt: Date | null;
  readonly bodyPart: string;
  readonly patient: string;
  readonly label: 0 | 1;
  readonly validation: boolean;
  /** Why it is left out; null for one that is used. */
  readonly errorCode: string | null;
}

export interface TrainingPlan {
  /** In the order of their object keys. */
  readonly images: readonly PlannedImage[];
  /** Hex SHA-256. */
  readonly dataFingerprint: string;
}

/**
 * One worker's hold on a training. Every write asks whether it still is the last worker that took it: one that was cut
 * off and comes back changes nothing.
 */
export class TrainingAttempt {
  readonly #database: Database;
  readonly #trainingId: string;
  readonly #attempt: number;

  private constructor(database: Database, trainingId: string, attempt: number) {
    this.#database = database;
    this.#trainingId = trainingId;
    this.#attempt = attempt;
  }

  /** @returns undefined when there is nothing to do: ended, stopped or deleted */
  static async claim(
    database: Database,
    trainingId: string,
  ): Promise<{ readonly training: Training; readonly attempt: TrainingAttempt } | undefined> {
    const { rows } = await database.pool.query<{ attempt: number }>(
      `update training
       set state = 'running', attempt = attempt + 1, progress = null, started_at = coalesce(started_at, now())
       where id = $1 and state in ('queued', 'running')
       returning attempt`,
      [trainingId],
    );
    if (rows[0] === undefined) return undefined;
    const attempt = new TrainingAttempt(database, trainingId, rows[0].attempt);
    return { training: await readTraining(database.pool, trainingId), attempt };
  }

  /** The row as it now is. */
  read(): Promise<Training> {
    return readTraining(this.#database.pool, this.#trainingId);
  }

  /** Fixes the images, once. */
  async writePlan({ images, dataFingerprint }: TrainingPlan): Promise<void> {
    const used = images.filter(({ errorCode }) => errorCode === null);
    const validation = used.filter((image) => image.validation).length;
    await inTransaction(this.#database.pool, async (client) => {
      await this.#update(client, {
        set: `data_fingerprint = decode($3, 'hex'), training_images = $4, validation_images = $5, left_out = $6`,
        values: [dataFingerprint, used.length - validation, validation, images.length - used.length],
      });
      await client.query("delete from training_image where training_id = $1", [this.#trainingId]);
      await client.query(
        `insert into training_image (training_id, ordinal, image_id, validation, label, error_code)
         select $1, ordinal - 1, image_id, validation, label, error_code
         from unnest($2::bigint[], $3::boolean[], $4::smallint[], $5::text[])
           with ordinality as given (image_id, validation, label, error_code, ordinal)`,
        [
          this.#trainingId,
          images.map(({ imageId }) => imageId),
          images.map((image) => image.validation),
          images.map(({ label }) => label),
          images.map(({ errorCode }) => errorCode),
        ],
      );
    });
  }

  /** @throws HairlineError CHECKPOINT_MISMATCH when images were deleted since they were fixed */
  async readPlan(): Promise<PlannedImage[]> {
    const { rows } = await this.#database.pool.query<PlannedImage>(
      `select image.id as "imageId", object_key as "objectKey", byte_size as "byteSize", modified_at as "modifiedAt",
              coalesce(image.body_part, study.body_part, '') as "bodyPart",
              coalesce('patient ' || study.patient_key, 'study ' || study.study_key) as patient,
              training_image.label, validation, error_code as "errorCode"
       from training_image
       join image on image.id = training_image.image_id
       join study on study.id = image.study_id
       where training_id = $1 order by ordinal`,
      [this.#trainingId],
    );
    const { trainingImages, validationImages, leftOut } = await this.read();
    const planned = (trainingImages ?? 0) + (validationImages ?? 0) + (leftOut ?? 0);
    if (rows.length === planned) return rows;
    throw new HairlineError(
      "CHECKPOINT_MISMATCH",
      `${planned - rows.length} images of the training were deleted.`,
      { field: "training", remedy: "Cancel it and start a new one." },
    );
  }

  /** @returns whether it shall go on */
  async tell(progress: TrainingProgress): Promise<boolean> {
    const { rows } = await this.#database.pool.query<{ state: string }>(
      "update training set progress = $3 where id = $1 and attempt = $2 returning state",
      [this.#trainingId, this.#attempt, JSON.stringify(progress)],
    );
    return rows[0]?.state === "running";
  }

  /** An epoch that is trained again after a crash gives the same numbers, but for the rate. */
  async writeEpoch(epoch: TrainingEpoch): Promise<void> {
    await inTransaction(this.#database.pool, async (client) => {
      await this.#update(client, { set: "progress = progress" });
      await client.query(
        `insert into training_epoch (training_id, epoch, training_loss, validation_loss, auroc, learning_rate,
           images_per_second, best)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (training_id, epoch) do update set
           training_loss = excluded.training_loss, validation_loss = excluded.validation_loss,
           auroc = excluded.auroc, learning_rate = excluded.learning_rate,
           images_per_second = excluded.images_per_second, best = excluded.best, finished_at = now()`,
        [
          this.#trainingId,
          epoch.epoch,
          epoch.trainingLoss,
          epoch.validationLoss,
          epoch.auroc,
          epoch.learningRate,
          epoch.imagesPerSecond,
          epoch.best,
        ],
      );
    });
  }

  async commitCheckpoint({ objectKey, sha256 }: HashedObject): Promise<void> {
    await this.#update(this.#database.pool, {
      set: `checkpoint_key = $3, checkpoint_sha256 = decode($4, 'hex')`,
      values: [objectKey, sha256],
      states: ["running", "stopped"],
    });
  }

  async complete({ modelId, cardKey }: { modelId: number; cardKey: string }): Promise<void> {
    await this.#update(this.#database.pool, {
      set: `state = 'completed', model_id = $3, card_key = $4, finished_at = now(), checkpoint_key = null,
            checkpoint_sha256 = null`,
      values: [modelId, cardKey],
    });
  }

  /** @throws HairlineError INTERRUPTED when another worker has it, or it has ended or was stopped */
  async #update(
    client: pg.ClientBase | pg.Pool,
    { set, values = [], states = ["running"] }: AttemptUpdate,
  ): Promise<void> {
    const listed = states.map((state) => `'${state}'`).join(", ");
    const { rowCount } = await client.query(
      `update training set ${set} where id = $1 and attempt = $2 and state in (${listed})`,
      [this.#trainingId, this.#attempt, ...values],
    );
    if (rowCount === 1) return;
    throw new HairlineError("INTERRUPTED", `The training ${this.#trainingId} is no longer this worker's.`);
  }
}

interface AttemptUpdate {
  /** Assignments; their parameters begin with $3. */
  readonly set: string;
  readonly values?: readonly unknown[];
  readonly states?: readonly TrainingState[];
}
