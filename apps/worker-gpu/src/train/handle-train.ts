import { setTimeout as wait } from "node:timers/promises";
import { HairlineError, toHairlineError } from "@hairline/core/errors";
import type { JobHandler, TrainModel } from "@hairline/core/jobs";
import { isRetryable } from "@hairline/core/queue";
import { failTraining, TrainingAttempt } from "@hairline/core/training";
import type { Logger } from "../log.ts";
import { executeTraining, type TrainingDeps } from "./execute-training.ts";
import { ProgressBoard } from "./progress-board.ts";

const TELL_INTERVAL_MS = 500;

/** Takes a training over, tells how it goes, and leaves a checkpoint when it is asked to stop. */
export function createTrainHandler(deps: TrainingDeps, log: Logger): JobHandler<TrainModel> {
  return async ({ trainingId }, signal) => {
    const claimed = await TrainingAttempt.claim(deps.database, trainingId);
    if (claimed === undefined) return;
    log.info({ trainingId, resumed: claimed.training.checkpoint !== null }, "training");
    const progress = new ProgressBoard();
    const told = new Watch(claimed.attempt, progress);
    try {
      const either = AbortSignal.any([signal, told.stopped]);
      const model = await executeTraining(deps, { ...claimed, progress, signal: either });
      log.info({ trainingId, model }, "trained");
    } catch (error) {
      // Asked for by its owner: neither a failure nor work to give back.
      if (told.stopped.aborted && !signal.aborted) return log.info({ trainingId }, "stopped");
      const failure = toHairlineError(error);
      if (!signal.aborted && !isRetryable(failure)) await failTraining(deps.database, trainingId, failure);
      throw error;
    } finally {
      await told.end();
    }
  };
}

/** Writes the progress into the row, and reads there whether the training shall go on. */
class Watch {
  readonly #stop = new AbortController();
  readonly #done = new AbortController();
  readonly #attempt: TrainingAttempt;
  readonly #progress: ProgressBoard;
  readonly #watching: Promise<void>;

  constructor(attempt: TrainingAttempt, progress: ProgressBoard) {
    this.#attempt = attempt;
    this.#progress = progress;
    this.#watching = this.#watch();
  }

  get stopped(): AbortSignal {
    return this.#stop.signal;
  }

  async end(): Promise<void> {
    this.#done.abort();
    await this.#watching;
  }

  async #watch(): Promise<void> {
    const { signal } = this.#done;
    while (!signal.aborted && !this.stopped.aborted) {
      // A database that does not answer stops nothing here: the next checkpoint fails where it stays away.
      const goesOn = await this.#attempt.tell(this.#progress.read()).catch(() => true);
      if (!goesOn && !signal.aborted)
        this.#stop.abort(new HairlineError("INTERRUPTED", "The training was stopped or cancelled."));
      await wait(TELL_INTERVAL_MS, undefined, { signal }).catch(() => {});
    }
  }
}
