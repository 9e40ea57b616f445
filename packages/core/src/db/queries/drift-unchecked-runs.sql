-- Which runs of a dataset and model ended lately and were not checked for drift yet?
-- Params: $1 dataset_id bigint; $2 model_id int; $3 least_images bigint that a run was to score; $4 limit int.
-- Rows: one per run, the latest first; of the last 30 days, and none of single studies.
select run.id as run_id
from run
join dataset on dataset.id = run.dataset_id
where run.dataset_id = $1::bigint and run.model_id = $2::int and run.state = 'completed' and run.study_id is null
  and run.planned >= $3::bigint and run.finished_at > now() - interval '30 days'
  and not exists (
    select from drift_check
    where drift_check.model_id = run.model_id and drift_check.current_dataset = dataset.name
      and drift_check.current_filter ->> 'runId' = run.id::text
  )
order by run.finished_at desc, run.id
limit $4::int;
