-- Opens a run for each study that is due, of the images its model has neither scored nor put into quarantine.
-- The timers are held while it lasts and passed over by other schedulers; a view that arrives meanwhile waits for them
-- and makes its study due again.
-- Params: $1 most studies int; $2 shard size int.
-- Rows: one per run opened, by study and run.
with due as (
  select study_id, model_id, priority
  from study_timer
  where due_at <= clock_timestamp()
    and not exists (
      select from run
      where run.study_id = study_timer.study_id and run.model_id = study_timer.model_id
        and run.state in ('planning', 'running'))
  order by due_at, study_id, model_id
  limit $1::int
  for update skip locked
),
owed as (
  select due.study_id, due.model_id, due.priority, image.dataset_id, array_agg(image.id order by image.id) as image_ids
  from due
  join image on image.study_id = due.study_id
  where not exists (select from prediction where image_id = image.id and model_id = due.model_id)
    and not exists (select from quarantine where image_id = image.id and model_id = due.model_id)
  group by due.study_id, due.model_id, due.priority, image.dataset_id
),
opened as (
  insert into run (id, dataset_id, model_id, shard_size, priority, image_ids, study_id)
  select gen_random_uuid(), dataset_id, model_id, $2::int, priority, image_ids, study_id
  from owed
  returning id, study_id, model_id, priority
),
settled as (
  update study_timer
  set due_at = null, run_id = coalesce(opened.id, study_timer.run_id)
  from due left join opened using (study_id, model_id)
  where study_timer.study_id = due.study_id and study_timer.model_id = due.model_id
)
select id as run_id, study_id, priority
from opened
order by study_id, id;
