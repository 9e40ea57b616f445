import { asDatabaseFailure, type Database } from "../db/index.ts";
import { withClient } from "../db/with-client.ts";
import { HairlineError, toHairlineError } from "../errors.ts";
import { isRetryable } from "../queue/retryable.ts";
import type { Queues } from "../queue/index.ts";
import { readTraining } from "../training/index.ts";
import { compareChallenger, decideRetraining } from "./decide.ts";
import { issuePolicy } from "./issue-policy.ts";
import {
  endRetraining,
  failRetraining,
  readRetraining,
  type Retraining,
  takeStep,
} from "./retraining-row.ts";
import { openScoringRuns, scoringDone } from "./score-splits.ts";
import { startTraining } from "./start-training.ts";

/** Any fixed number of our own, beside the retraining's id. */
const RETRAINING_LOCK = 1_213_221_965;

export interface AdvanceDeps {
  readonly database: Database;
  readonly queues: Queues;
  readonly signal: AbortSignal;
}

/**
 * Takes a retraining as far as it goes now. One scheduler at a time does; another finds it locked and leaves it. A
 * step that fails for what waiting cures stays where it is, any other ends the retraining with its code.
 *
 * @returns the retraining afterwards
 * @throws HairlineError what waiting cures, after which the next turn goes on
 */
export async function advanceRetraining(deps: AdvanceDeps, id: number): Promise<Retraining> {
  const { database } = deps;
  await withClient(database.pool, async (client) => {
    const lock = [RETRAINING_LOCK, id];
    const { rows } = await client.query<{ held: boolean }>(
      "select pg_try_advisory_lock($1::int, $2::int) as held",
      lock,
    );
    if (rows[0]?.held !== true) return;
    try {
      while (await takeNextStep(deps, await readRetraining(database.pool, id))) deps.signal.throwIfAborted();
    } catch (error) {
      const failure = toHairlineError(asDatabaseFailure(error));
      // Thrown, it closes the connection, and so gives the lock up.
      if (deps.signal.aborted || isRetryable(failure)) throw error;
      await failRetraining(database, id, failure);
    }
    await client.query("select pg_advisory_unlock($1::int, $2::int)", lock);
  });
  return readRetraining(database.pool, id);
}

/** @returns whether the next one can be taken now */
async function takeNextStep(deps: AdvanceDeps, retraining: Retraining): Promise<boolean> {
  const { database, signal } = deps;
  switch (retraining.state) {
    case "requested":
      await startTraining(deps, retraining);
      return true;
    case "training":
      return afterTraining(deps, retraining);
    case "scoring":
      if (!(await scoringDone(database, retraining))) return false;
      await takeStep(database.pool, retraining.id, { state: "certifying" });
      return true;
    case "certifying":
      await certifyChallenger(deps, retraining);
      return true;
    case "comparing":
      await compareChallenger(database, withChallenger(retraining), signal);
      return true;
    case "deciding":
      await decideRetraining(database, retraining);
      return false;
    case "completed":
    case "failed":
      return false;
  }
}

async function afterTraining(deps: AdvanceDeps, retraining: Retraining): Promise<boolean> {
  const { database } = deps;
  const { id, trainingId, championId, champion } = retraining;
  if (trainingId === null) throw new HairlineError("TRAINING_NOT_FOUND", "The training was deleted.");
  const training = await readTraining(database.pool, trainingId);
  switch (training.state) {
    case "queued":
    case "running":
    case "stopped":
      return false;
    case "failed":
    case "cancelled": {
      const why = `The training ${trainingId} ${training.state}: ${training.errorMessage ?? "by request"}`;
      // Ended here: the code tells of what a try of the training could cure, and its tries are over.
      await failRetraining(database, id, new HairlineError("TRAINING_FAILED", why));
      return false;
    }
    case "completed":
  }
  if (training.modelId === null) throw new HairlineError("MODEL_NOT_FOUND", "The challenger was deleted.");
  if (training.modelId === championId) {
    const reasons = [`the best weights of the training are those of ${champion}`];
    await endRetraining(database, id, { decision: "kept", reasons });
    return false;
  }
  await openScoringRuns(deps, retraining, training.modelId);
  return true;
}

async function certifyChallenger({ database, signal }: AdvanceDeps, retraining: Retraining): Promise<void> {
  try {
    const issued = await issuePolicy(database, withChallenger(retraining), signal);
    await takeStep(database.pool, retraining.id, { state: "comparing", ...issued });
  } catch (error) {
    const failure = toHairlineError(error);
    if (failure.code !== "PROMOTION_REFUSED") throw error;
    await endRetraining(database, retraining.id, { decision: "kept", reasons: [failure.message] });
  }
}

function withChallenger(retraining: Retraining): Retraining & { readonly challenger: string } {
  const { challenger } = retraining;
  if (challenger === null) throw new HairlineError("MODEL_NOT_FOUND", "The challenger was deleted.");
  return { ...retraining, challenger };
}
