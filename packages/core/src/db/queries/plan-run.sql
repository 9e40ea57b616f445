-- Cuts what a run still has to score into shards and sets the run going, or completes it when nothing is left.
-- Members are fixed here: images of the dataset that the model has neither scored nor, unless the run retries them,
-- put into quarantine. One statement, so a crash leaves a run that is not planned or one that is planned whole; two
-- planners wait for each other on the run's row, and the second finds nothing to plan.
-- Params: $1 run_id uuid; $2 the run's image_ids bigint[], which never change: given here so that a run of a few images
-- is planned without reading the dataset.
-- Rows: one for the run planned; none when the run is not in state planning.
with planning as (
  select id, dataset_id, model_id, shard_size, retry_quarantined
  from run
  where id = $1::uuid and state = 'planning'
  for update
),
listed as (
  select planning.id as run_id, image.id as image_id
  from planning join image on image.dataset_id = planning.dataset_id
  where $2::bigint[] is null
  union all
  select planning.id, image.id
  from planning
  cross join unnest($2::bigint[]) as member (id)
  join image on image.id = member.id and image.dataset_id = planning.dataset_id
),
candidate as (
  select planning.id as run_id,
         planning.shard_size,
         listed.image_id,
         prediction.image_id is not null as scored,
         prediction.image_id is null and quarantine.image_id is not null and not planning.retry_quarantined as skipped
  from planning
  join listed on listed.run_id = planning.id
  left join prediction on prediction.model_id = planning.model_id and prediction.image_id = listed.image_id
  left join quarantine on quarantine.model_id = planning.model_id and quarantine.image_id = listed.image_id
),
member as (
  select run_id,
         image_id,
         ((row_number() over (order by image_id) - 1) / shard_size)::int as ordinal
  from candidate
  where not scored and not skipped
),
planned_shard as (
  insert into shard (run_id, ordinal, image_ids)
  select run_id, ordinal, array_agg(image_id order by image_id)
  from member
  group by run_id, ordinal
  returning image_count
),
tally as (
  select (select count(*) from planned_shard) as shards,
         (select coalesce(sum(image_count), 0) from planned_shard) as planned,
         count(*) filter (where scored) as already_scored,
         count(*) filter (where skipped) as already_quarantined
  from candidate
),
planned_run as (
  update run
  set state = case when tally.planned = 0 then 'completed' else 'running' end,
      planned = tally.planned,
      already_scored = tally.already_scored,
      already_quarantined = tally.already_quarantined,
      started_at = now(),
      finished_at = case when tally.planned = 0 then now() end
  from tally, planning
  where run.id = planning.id
  returning run.id, run.state, run.planned, run.already_scored, run.already_quarantined, tally.shards
)
select id, state, planned, already_scored, already_quarantined, shards::int as shards
from planned_run
order by id;
