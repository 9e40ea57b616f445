-- Ends the runs whose job was given up: the planning of one that is not planned, or a shard that is not done.
-- Params: $1 run ids uuid[]; $2 shard ordinals int[], null for the planning; $3 error codes text[]; equally long.
-- Rows: one per run ended, by id; of several codes the first in the alphabet is kept.
with given_up as (
  select distinct on (run_id) run_id, code
  from unnest($1::uuid[], $2::int[], $3::text[]) as job (run_id, ordinal, code)
  join run on run.id = job.run_id
  where (job.ordinal is null and run.state = 'planning')
     or (run.state = 'running' and exists (
           select from shard
           where shard.run_id = job.run_id and shard.ordinal = job.ordinal and shard.done_at is null))
  order by run_id, code
),
ended as (
  update run
  set state = 'failed', error_code = given_up.code, finished_at = now()
  from given_up
  where run.id = given_up.run_id and run.state in ('planning', 'running')
  returning run.id, run.error_code
)
select id, error_code
from ended
order by id;
