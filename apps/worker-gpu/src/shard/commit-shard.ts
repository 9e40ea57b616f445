import { inTransaction, type Database } from "@hairline/core/db";
import { HairlineError } from "@hairline/core/errors";
import type pg from "pg";
import type { ShardOutcome } from "../pipeline/image-outcome.ts";
import type { OpenShard } from "./load-shard.ts";
import { writePredictions } from "./write-predictions.ts";
import { writeRejections } from "./write-rejections.ts";

export interface ShardLedger {
  /** Members with a prediction of the run's model, whichever run wrote it. */
  readonly scored: number;
  /** Members in quarantine. */
  readonly quarantined: number;
  /** Members whose image was deleted since the run was planned. */
  readonly deleted: number;
}

/**
 * Stores a shard's results and its done flag in one transaction. A shard that is done already, as after double
 * delivery, that was deleted, or whose run was cancelled is left as it is.
 *
 * @returns undefined when nothing was written
 * @throws HairlineError, rolled back: LEDGER_UNBALANCED when a member has neither a prediction nor a reason,
 *   IMAGE_CHANGED when one was imported anew since the shard was loaded, so that another try scores what it is now
 */
export async function commitShard(
  { pool }: Database,
  shard: OpenShard,
  outcome: ShardOutcome & { readonly workerId?: string | undefined },
): Promise<ShardLedger | undefined> {
  return inTransaction(pool, async (client) => {
    if (!(await lockOpenShard(client, shard))) return undefined;
    await shareDescriptions(client, shard);
    const present = await lockImages(client, shard);
    await requireSameFiles(client, shard);
    const predictions = outcome.predictions.filter(({ imageId }) => present.has(imageId));
    const rejections = outcome.rejections.filter(({ imageId }) => present.has(imageId));
    await writePredictions(client, shard, predictions);
    await leaveQuarantine(client, shard);
    await writeRejections(client, shard, rejections);
    return closeShard(client, shard, outcome.workerId);
  });
}

/**
 * Two workers that hold the same shard wait for each other here; the second finds it done. The run is held in share,
 * which cancelRun of core/runs waits for: what a cancelled run counts is final.
 */
async function lockOpenShard(client: pg.ClientBase, { runId, ordinal }: OpenShard): Promise<boolean> {
  const { rowCount } = await client.query(
    `select from shard join run on run.id = shard.run_id
     where run.id = $1::uuid and run.state <> 'cancelled' and shard.ordinal = $2::int and shard.done_at is null
     for update of shard for share of run`,
    [runId, ordinal],
  );
  return rowCount === 1;
}

/** Until the commit, imports wait to write what they found of a file anew. */
async function shareDescriptions(client: pg.ClientBase, { runId }: OpenShard): Promise<void> {
  await client.query("select share_descriptions(dataset_id) from run where id = $1::uuid", [runId]);
}

/** Images that still exist, held until the commit so that their foreign keys cannot fail halfway. */
async function lockImages(client: pg.ClientBase, { images }: OpenShard): Promise<Set<number>> {
  const { rows } = await client.query<{ id: number }>(
    `select id from image where id = any($1::bigint[]) order by id for key share`,
    [images.map(({ id }) => id)],
  );
  return new Set(rows.map(({ id }) => id));
}

async function requireSameFiles(client: pg.ClientBase, { images }: OpenShard): Promise<void> {
  const { rows } = await client.query<{ count: number }>(
    `select count(*) as count
     from unnest($1::bigint[], $2::bigint[], $3::timestamptz[]) as loaded (id, byte_size, modified_at)
     join image using (id)
     where (image.byte_size, date_trunc('milliseconds', image.modified_at))
           is distinct from (loaded.byte_size, loaded.modified_at)
       and image.byte_size is not null and image.modified_at is not null`,
    [
      images.map(({ id }) => id),
      images.map(({ imported }) => imported?.byteSize ?? null),
      images.map(({ imported }) => imported?.modifiedAt ?? null),
    ],
  );
  const count = rows[0]?.count ?? 0;
  if (count === 0) return;
  throw new HairlineError("IMAGE_CHANGED", `${count} images were imported anew while they were scored.`, {
    remedy: "None needed: the shard is tried again.",
  });
}

/** A member with a prediction is not in quarantine, also when it was the run before that could not read it. */
async function leaveQuarantine(client: pg.ClientBase, { runId, ordinal, modelId }: OpenShard): Promise<void> {
  await client.query(
    `delete from quarantine
     using shard, prediction
     where shard.run_id = $1::uuid and shard.ordinal = $2::int
       and quarantine.model_id = $3::int and quarantine.image_id = any(shard.image_ids)
       and prediction.model_id = quarantine.model_id and prediction.image_id = quarantine.image_id`,
    [runId, ordinal, modelId],
  );
}

async function closeShard(
  client: pg.ClientBase,
  shard: OpenShard,
  workerId: string | undefined,
): Promise<ShardLedger> {
  const { rows } = await client.query<ShardLedger & { members: number }>(
    `select count(*)::int as members,
            count(prediction.image_id)::int as scored,
            count(quarantine.image_id)::int as quarantined,
            count(*) filter (where image.id is null)::int as deleted
     from shard
     cross join unnest(shard.image_ids) as member (id)
     left join image on image.id = member.id
     left join prediction on prediction.model_id = $3::int and prediction.image_id = member.id
     left join quarantine on quarantine.model_id = $3::int and quarantine.image_id = member.id
     where shard.run_id = $1::uuid and shard.ordinal = $2::int`,
    [shard.runId, shard.ordinal, shard.modelId],
  );
  const { members, scored, quarantined, deleted } = rows[0] ?? {
    members: 0,
    scored: 0,
    quarantined: 0,
    deleted: 0,
  };
  if (members !== scored + quarantined + deleted) {
    throw new HairlineError(
      "LEDGER_UNBALANCED",
      `Shard ${shard.ordinal} of run ${shard.runId}: ${members} members, but ${scored} scored, ` +
        `${quarantined} quarantined and ${deleted} deleted.`,
      { remedy: "Report it with the worker's log: this is a defect." },
    );
  }
  await client.query(
    `update shard
     set done_at = clock_timestamp(), scored = $3::int, quarantined = $4::int, deleted = $5::int, worker_id = $6::uuid
     where run_id = $1::uuid and ordinal = $2::int`,
    [shard.runId, shard.ordinal, scored, quarantined, deleted, workerId ?? null],
  );
  return { scored, quarantined, deleted };
}
