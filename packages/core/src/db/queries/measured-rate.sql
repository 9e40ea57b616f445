-- How fast does one worker score with a model, by the shards it committed lately?
-- A worker's time for a shard is what lies between its commit before, in the same run, and this one: decoding, network
-- and writing overlap, so a shard's own duration would count time twice. Times beyond ten medians are waits, as while
-- the run was paused, and are left out.
-- Params: $1 model_id int; $2 oldest commit timestamptz; $3 most shards int.
-- Rows: one; seconds_per_image null when no worker has committed two shards of a run.
with recent as (
  select shard.run_id, shard.ordinal, shard.worker_id, shard.image_count, shard.done_at
  from run join shard on shard.run_id = run.id
  where run.model_id = $1::int and shard.done_at >= $2::timestamptz and shard.worker_id is not null
  order by shard.done_at desc, shard.run_id, shard.ordinal
  limit $3::int
),
timed as (
  select worker_id, image_count, done_at,
         extract(epoch from done_at - lag(done_at) over (partition by run_id, worker_id order by done_at, ordinal))::float8
           as seconds
  from recent
),
typical as (
  select percentile_cont(0.5) within group (order by seconds) as median from timed where seconds is not null
),
kept as (
  select timed.* from timed cross join typical where seconds is not null and seconds <= 10 * median
)
select count(*)::int as shards,
       case when sum(seconds) > 0 then (sum(seconds) / sum(image_count))::float8 end as seconds_per_image,
       max(done_at) as newest_at,
       (array_agg(worker_id order by done_at desc))[1] as worker_id
from kept
order by shards;
