-- Which processes work on this database, where, and how fast?
-- Params: $1 with_stopped boolean: also those that said they stopped.
-- Rows: one per worker; running ones first, then by host, start and id. A rate and a shard are a running worker's only.
select id,
       state,
       role,
       host,
       pid,
       hairline_version,
       engine,
       engine_version,
       device,
       cores,
       decode_threads,
       engines,
       threads_per_engine,
       batch_size,
       images,
       case when state = 'running' then images_per_second end as images_per_second,
       case when state = 'running' then run_id end as run_id,
       case when state = 'running' then shard_ordinal end as shard_ordinal,
       started_at,
       seen_at,
       stopped_at
from worker_state
where $1::boolean or state <> 'stopped'
order by array_position(array['running', 'lost', 'stopped'], state), host, started_at, id;
