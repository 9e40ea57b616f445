-- Which shards of running runs are to be scored now? Those of paused runs are not.
-- Params: $1 run_id uuid, or null for every run.
-- Rows: one per shard, runs in the order they were created, shards by ordinal.
select shard.run_id, shard.ordinal, run.priority
from run join shard on shard.run_id = run.id
where run.state = 'running' and run.paused_at is null and shard.done_at is null and ($1::uuid is null or run.id = $1::uuid)
order by run.created_at, run.id, shard.ordinal;
