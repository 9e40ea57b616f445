-- Ends the running runs whose shards are all done: completed, or failed when planned is not scored plus quarantined
-- plus deleted.
-- Runs another scheduler is ending at this moment are left to it.
-- Params: none.
-- Rows: one per run ended, by id.
with finished as (
  select id
  from run
  where state = 'running'
    and not exists (select from shard where shard.run_id = run.id and shard.done_at is null)
  for update skip locked
),
tally as (
  select finished.id,
         coalesce(sum(shard.scored), 0)::bigint as scored,
         coalesce(sum(shard.quarantined), 0)::bigint as quarantined,
         coalesce(sum(shard.deleted), 0)::bigint as deleted,
         coalesce(sum(shard.scored + shard.quarantined + shard.deleted), 0)::bigint as accounted
  from finished left join shard on shard.run_id = finished.id
  group by finished.id
),
ended as (
  update run
  set state = case when run.planned = tally.accounted then 'completed' else 'failed' end,
      error_code = case when run.planned <> tally.accounted then 'LEDGER_UNBALANCED' end,
      finished_at = now()
  from tally
  where run.id = tally.id
  returning run.id, run.state, run.planned, tally.scored, tally.quarantined, tally.deleted, run.error_code
)
select id, state, planned, scored, quarantined, deleted, error_code
from ended
order by id;
