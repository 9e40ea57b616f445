-- How many runs are in which state?
-- Params: none.
-- Rows: one per state there is; an open run that is paused counts as paused.
with stated as (
  select case when paused_at is not null and state in ('planning', 'running') then 'paused' else state end as state
  from run
)
select state, count(*)::int as runs
from stated
group by state
order by state;
