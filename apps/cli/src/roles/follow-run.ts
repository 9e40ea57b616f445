import { setTimeout as wait } from "node:timers/promises";
import type { Database } from "@hairline/core/db";
import { isHairlineError } from "@hairline/core/errors";
import { readRunProgress, type RunProgress } from "@hairline/core/runs";
import { readRunWorkers, type RunWorkers } from "@hairline/core/workers";
import type { Output } from "../output.ts";

export interface FollowRunOptions {
  readonly database: Database;
  readonly runId: string;
  readonly output: Output;
  readonly signal: AbortSignal;
}

const POLL_INTERVAL_MS = 250;

/** Shows the run's progress until it ends, however it ends. @throws the signal's reason when aborted */
export async function followRun(options: FollowRunOptions): Promise<RunProgress> {
  const { database, runId, signal } = options;
  let paused = false;
  const bar = options.output.progress({ label: "scoring", unit: "images" });
  for (;;) {
    const progress = await readRunProgress(database, runId);
    const done = progress.scored + progress.quarantined;
    if (progress.state !== "planning") {
      bar.update(done, progress.planned, describeWorkers(await readRunWorkers(database, runId)));
    }
    if (progress.state !== "planning" && progress.state !== "running") {
      bar.finish();
      return progress;
    }
    if (paused !== (progress.pausedAt !== null)) {
      paused = !paused;
      options.output.notice(paused ? `paused; hairline runs resume ${runId} lets it go on` : "going on");
    }
    await wait(POLL_INTERVAL_MS, undefined, { signal }).catch((error: unknown) => {
      throw isHairlineError(signal.reason) ? signal.reason : error;
    });
  }
}

/** As they said at their last heartbeats; nothing before the first of them. */
function describeWorkers({ workers, imagesPerSecond }: RunWorkers): string | undefined {
  if (workers === 0) return undefined;
  const rate = imagesPerSecond === null ? "" : ` at ${Math.round(imagesPerSecond)}/s`;
  return `${workers} worker${workers === 1 ? "" : "s"}${rate}`;
}
