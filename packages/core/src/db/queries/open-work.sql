-- How much is there still to score, and when was something scored last?
-- Params: none.
-- Rows: one. Shards and images of open runs that are not paused; last_done_at is null before the first shard.
select (count(*))::bigint as shards,
       coalesce(sum(shard.image_count), 0)::bigint as images,
       (select max(done_at) from shard where done_at is not null) as last_done_at,
       pg_database_size(current_database())::bigint as database_bytes
from run join shard on shard.run_id = run.id
where run.state in ('planning', 'running') and run.paused_at is null and shard.done_at is null
order by shards;
