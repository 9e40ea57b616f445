import { randomUUID } from "node:crypto";
import { openQueues, type QueueConnection } from "@hairline/core/queue";
import { trainModel } from "@hairline/core/jobs";
import { readTraining, requestTraining, TrainingSelection, type Training } from "@hairline/core/training";
import { Recipe } from "@hairline/model/train";
import { reproducibleImage } from "@hairline/model/testing";
import sharp from "sharp";
import { vi } from "vitest";
import { openScoringSite, PREPROCESSING, type ScoringSite } from "../fixtures/scoring-site.ts";

const SIZE = 80;

/** An image as bright as its label is. */
async function labelledImage(name: string, label: 0 | 1): Promise<Buffer> {
  const noise = reproducibleImage(name, { channels: 1, size: SIZE });
  const pixels = noise.map((value) => (label === 1 ? 150 + value / 4 : value / 4));
  return sharp(pixels, { raw: { width: SIZE, height: SIZE, channels: 1 } })
    .toColourspace("b-w")
    .png()
    .toBuffer();
}

export interface TrainingSiteOptions {
  /** Two images of each, of one label. */
  readonly patients: number;
  /** Default: alternating. */
  readonly labelOf?: (patient: number) => 0 | 1;
  /** Images whose file is no image. */
  readonly broken?: readonly number[];
}

/** An archive of labelled images, two of each patient; every third patient is of the split valid. */
export async function openTrainingSite({
  patients,
  labelOf = (patient) => (patient % 2 === 0 ? 1 : 0),
  broken = [],
}: TrainingSiteOptions): Promise<ScoringSite> {
  const files = new Map<string, Uint8Array>();
  for (let index = 0; index < 2 * patients; index += 1) {
    const key = `patient-${Math.floor(index / 2)}/image-${String(index).padStart(3, "0")}.png`;
    const label = labelOf(Math.floor(index / 2));
    files.set(key, broken.includes(index) ? Buffer.from("no image") : await labelledImage(key, label));
  }
  const site = await openScoringSite(files);
  const { pool } = site.database;
  for (let patient = 0; patient < patients; patient += 1) {
    const { rows } = await pool.query<{ id: number }>(
      `insert into study (dataset_id, study_key, patient_key, body_part, split, label)
       values ($1, $2, $2, $3, $4, $5) returning id`,
      [
        site.datasetId,
        `patient-${patient}`,
        patient % 4 < 2 ? "HAND" : "WRIST",
        patient % 3 === 2 ? "valid" : "train",
        labelOf(patient),
      ],
    );
    await pool.query("update image set study_id = $1 where object_key like $2", [
      rows[0]!.id,
      `patient-${patient}/%`,
    ]);
  }
  return site;
}

export interface AskedTraining {
  readonly name?: string;
  readonly recipe?: Partial<Recipe>;
  readonly selection?: Partial<TrainingSelection>;
}

/** Asks for a training from the site's model and queues it. @returns its id */
export async function queueTraining(
  site: ScoringSite,
  queue: QueueConnection,
  { name = `trained-${randomUUID().slice(0, 8)}`, recipe = {}, selection = {} }: AskedTraining,
): Promise<string> {
  const { trainingId } = await requestTraining(site.database, {
    name,
    datasetId: site.datasetId,
    recipe: Recipe.parse({ batchSize: 4, epochs: 2, learningRate: 1e-3, ...recipe }),
    selection: TrainingSelection.parse(selection),
    architecture: "resnet18",
    preprocessing: PREPROCESSING,
    startKind: "model",
    start: site.model.weights,
    baseModelId: site.model.id,
  });
  await using queues = await openQueues(queue);
  await queues.enqueue(trainModel, [{ trainingId }]);
  return trainingId;
}

/** Resolves once the training is as asked. */
export function whenTraining(
  { database }: ScoringSite,
  trainingId: string,
  is: (training: Training) => boolean,
): Promise<Training> {
  return vi.waitFor(
    async () => {
      const training = await readTraining(database.pool, trainingId);
      if (is(training)) return training;
      throw new Error(`${training.state}, ${JSON.stringify(training.progress)}, ${training.errorCode}`);
    },
    { timeout: 180_000, interval: 20 },
  );
}

export const hasEnded = ({ state }: Training): boolean =>
  state === "completed" || state === "failed" || state === "cancelled";

export const TRAINING_ENVIRONMENT = {
  HAIRLINE_QUEUES: "train",
  HAIRLINE_CORES: "2",
  HAIRLINE_LOCK_MS: "2000",
};
