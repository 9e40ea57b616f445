-- How many workers hold shards of a run, and how fast are they together?
-- Params: $1 run_id uuid.
-- Rows: one; the rate is null where no worker has measured one yet.
select count(*)::int as workers, sum(images_per_second)::float8 as images_per_second
from worker_state
where run_id = $1::uuid and state = 'running';
