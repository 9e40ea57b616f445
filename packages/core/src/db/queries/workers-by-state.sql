-- How many processes report themselves, in which state, and how fast do they score together?
-- Params: none.
-- Rows: one per role and state there is; the rate is null where no running worker has measured one.
select role,
       state,
       count(*)::int as workers,
       (sum(images_per_second) filter (where state = 'running'))::float8 as images_per_second
from worker_state
group by role, state
order by role, state;
