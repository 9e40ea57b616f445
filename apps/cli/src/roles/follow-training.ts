import { setTimeout as wait } from "node:timers/promises";
import type { Database } from "@hairline/core/db";
import { isHairlineError } from "@hairline/core/errors";
import { listEpochs, readTraining, type Training, type TrainingProgress } from "@hairline/core/training";
import type { Output } from "../output.ts";
import type { Progress } from "../progress.ts";
import { describeEpoch } from "../training-output.ts";

const POLL_INTERVAL_MS = 250;

export interface FollowTrainingOptions {
  readonly database: Database;
  readonly trainingId: string;
  readonly output: Output;
  readonly signal: AbortSignal;
}

/**
 * Shows a training until it ends or is stopped.
 * @throws HairlineError TRAINING_NOT_FOUND, or the signal's reason when aborted
 */
export async function followTraining({
  database,
  trainingId,
  output,
  signal,
}: FollowTrainingOptions): Promise<Training> {
  const shown = new ShownTraining(output, (await listEpochs(database.pool, trainingId)).length);
  for (;;) {
    const training = await readTraining(database.pool, trainingId);
    const epochs = await listEpochs(database.pool, trainingId);
    if (training.progress !== null && training.state === "running") shown.show(training.progress);
    shown.tell(epochs.map(describeEpoch));
    if (training.state !== "queued" && training.state !== "running") {
      shown.finish();
      return training;
    }
    await wait(POLL_INTERVAL_MS, undefined, { signal }).catch((error: unknown) => {
      throw isHairlineError(signal.reason) ? signal.reason : error;
    });
  }
}

const PHASES = {
  images: "reading",
  maps: "preparing",
  training: "training",
  validation: "training",
} as const satisfies Record<TrainingProgress["phase"], string>;

class ShownTraining {
  readonly #output: Output;
  #told: number;
  #label: string | undefined;
  #bar: Progress | undefined;
  /** Images that were done before this process looked: they say nothing of the rate. */
  #before = 0;

  constructor(output: Output, told: number) {
    this.#output = output;
    this.#told = told;
  }

  show({ phase, images, imagesTotal, epoch, step, steps, loss }: TrainingProgress): void {
    if (imagesTotal === 0) return;
    const label = PHASES[phase];
    if (label !== this.#label) {
      this.#bar?.finish();
      this.#label = label;
      this.#before = images;
      this.#bar = this.#output.progress({ label, unit: "images" });
    }
    const place = `epoch ${epoch + 1}, step ${step} of ${steps}${loss === null ? "" : `, loss ${loss.toFixed(4)}`}`;
    const note = phase === "validation" ? `epoch ${epoch + 1}, validating` : place;
    this.#bar?.update(
      images - this.#before,
      imagesTotal - this.#before,
      label === "training" && steps > 0 ? note : undefined,
    );
  }

  tell(epochs: readonly string[]): void {
    for (const line of epochs.slice(this.#told)) this.#output.notice(line);
    this.#told = epochs.length;
  }

  finish(): void {
    this.#bar?.finish();
  }
}
