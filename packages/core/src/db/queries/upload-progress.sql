-- How far is an uploaded study: which of its views are scored by its dataset's model, and what is it waiting for?
-- Params: $1 study_id bigint.
-- Rows: one; none for a study that was not uploaded.
with uploaded as (
  select uploaded_study.study_id, uploaded_study.expected_views, model.id as model_id, model.name as model
  from uploaded_study
  join study on study.id = uploaded_study.study_id
  join upload_dataset on upload_dataset.id = study.dataset_id
  join model on model.id = upload_dataset.model_id
  where uploaded_study.study_id = $1::bigint
),
views as (
  select count(*)::int as images,
         count(prediction.image_id)::int as scored,
         count(quarantine.image_id) filter (where prediction.image_id is null)::int as quarantined
  from uploaded
  join image on image.study_id = uploaded.study_id
  left join prediction on prediction.image_id = image.id and prediction.model_id = uploaded.model_id
  left join quarantine on quarantine.image_id = image.id and quarantine.model_id = uploaded.model_id
),
last_run as (
  select run.id, run.state, run.error_code
  from uploaded
  join run on run.study_id = uploaded.study_id and run.model_id = uploaded.model_id
  order by run.created_at desc, run.id
  limit 1
)
select case
         when views.images > 0 and views.scored + views.quarantined = views.images then 'scored'
         when last_run.state in ('planning', 'running') then 'queued'
         when study_timer.due_at <= clock_timestamp() then 'queued'
         when study_timer.due_at is not null or views.images = 0 then 'waiting'
         else 'stopped'
       end as state,
       uploaded.model,
       views.images,
       views.scored,
       views.quarantined,
       uploaded.expected_views as "expectedViews",
       study_timer.completed_at as "completedAt",
       study_timer.due_at as "dueAt",
       last_run.id as "runId",
       last_run.error_code as "errorCode"
from uploaded
cross join views
left join study_timer on study_timer.study_id = uploaded.study_id and study_timer.model_id = uploaded.model_id
left join last_run on true
order by uploaded.study_id;
