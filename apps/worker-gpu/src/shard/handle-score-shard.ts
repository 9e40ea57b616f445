import { asDatabaseFailure } from "@hairline/core/db";
import { toHairlineError } from "@hairline/core/errors";
import { scoreShard, type JobHandler, type ScoreShard } from "@hairline/core/jobs";
import { isRetryable } from "@hairline/core/queue";
import { inSpan } from "@hairline/telemetry/tracing";
import { openDecodeStage } from "../decode/decode-stage.ts";
import { secondsSince } from "../metrics/scoring-metrics.ts";
import type { ShardOutcome } from "../pipeline/image-outcome.ts";
import { scoreImages } from "../pipeline/score-images.ts";
import { commitShard } from "./commit-shard.ts";
import { failRun } from "./fail-run.ts";
import { loadShard, type OpenShard } from "./load-shard.ts";
import type { ScoringResources } from "./scoring-resources.ts";
import { createScoringStages } from "./scoring-stages.ts";

/**
 * Scores one shard and commits it. Delivered twice, the second time writes nothing. A failure that no further try
 * can cure ends the run with its code; any other is left to the queue.
 */
export function createScoreShardHandler(resources: ScoringResources): JobHandler<ScoreShard> {
  // Older shards go first at every stage: one started early to keep the device busy must not slow the one before.
  let shardsStarted = 0;
  return async (payload, signal) => {
    shardsStarted += 1;
    const priority = shardsStarted;
    const ids = spanIds(payload);
    const shard = await inSpan("shard.load", ids, () => loadShard(resources.database, payload)).catch(
      (error: unknown) => {
        throw asDatabaseFailure(error);
      },
    );
    if (shard === undefined) return;
    try {
      await resources.activity.holding(payload, () => scoreOne(resources, shard, { priority, signal }));
    } catch (error) {
      const known = toHairlineError(asDatabaseFailure(error));
      if (!signal.aborted && !isRetryable(known)) await failRun(resources.database, shard.runId, known.code);
      throw known;
    }
  };
}

interface ShardTurn {
  readonly priority: number;
  readonly signal: AbortSignal;
}

/** What every span of a shard says of it. */
function spanIds({ runId, ordinal }: ScoreShard) {
  return { "hairline.run.id": runId, "hairline.shard.ordinal": ordinal };
}

async function scoreOne(resources: ScoringResources, shard: OpenShard, turn: ShardTurn): Promise<void> {
  const { database, metrics, workerId } = resources;
  const startedMs = performance.now();
  const size = { ...spanIds(shard), "hairline.images": shard.images.length };
  const outcome = await inSpan("shard.score", size, () => scoreMembers(resources, shard, turn));
  const scoredMs = performance.now();
  turn.signal.throwIfAborted();
  const ledger = await inSpan("shard.commit", spanIds(shard), () =>
    commitShard(database, shard, { ...outcome, workerId }),
  );
  metrics.commit.observe(secondsSince(scoredMs));
  metrics.countShard(outcome, ledger);
  resources.log.info(
    {
      runId: shard.runId,
      ordinal: shard.ordinal,
      jobId: scoreShard.key(shard),
      ...(ledger ?? { skipped: true }),
      scoringMs: Math.round(scoredMs - startedMs),
      commitMs: Math.round(performance.now() - scoredMs),
    },
    "shard done",
  );
}

async function scoreMembers(
  resources: ScoringResources,
  shard: OpenShard,
  turn: ShardTurn,
): Promise<ShardOutcome> {
  // Nothing is left to score when another run got to every member first.
  if (shard.images.length === 0) return { predictions: [], rejections: [] };
  const model = await resources.loadModel(shard.modelId);
  const decode = await openDecodeStage({ ...resources, ...turn, ...model, runId: shard.runId });
  const stages = createScoringStages(resources, { shard, model, priority: turn.priority, decode });
  return scoreImages(shard.images, stages, turn.signal);
}
