-- How far is a run, and does its ledger balance?
-- Params: $1 run_id uuid.
-- Rows: one, or none when the run does not exist.
select run.id,
       run.state,
       run.dataset_id,
       run.model_id,
       run.planned,
       run.already_scored,
       run.already_quarantined,
       run.not_scored,
       run.priority,
       run.paused_at,
       run.study_id,
       run.error_code,
       run.created_at,
       run.started_at,
       run.finished_at,
       count(shard.ordinal)::int as shards,
       count(shard.done_at)::int as shards_done,
       coalesce(sum(shard.scored), 0)::bigint as scored,
       coalesce(sum(shard.quarantined), 0)::bigint as quarantined,
       coalesce(sum(shard.deleted), 0)::bigint as deleted
from run left join shard on shard.run_id = run.id
where run.id = $1::uuid
group by run.id;
