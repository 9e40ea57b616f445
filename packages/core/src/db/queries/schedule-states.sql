-- Do the schedules fire, and do their tasks succeed?
-- Params: none.
-- Rows: one per schedule. failed: the firing that ended last did so without success. overdue_seconds is 0 for one that is
-- not due or is switched off.
select schedule.name as schedule,
       (select max(finished_at) from schedule_firing
        where schedule_firing.schedule = schedule.name and state = 'completed') as last_success_at,
       coalesce((select state = 'failed' from schedule_firing
                 where schedule_firing.schedule = schedule.name and state in ('completed', 'failed')
                 order by finished_at desc nulls last, due_at desc limit 1), false) as failed,
       case when enabled then greatest(0, extract(epoch from now() - next_due_at))::float8 else 0 end as overdue_seconds
from schedule
order by schedule.name;
