-- How many labels of a dataset have come since its champion, or the champion's last challenger, was trained?
-- Params: $1 dataset text, by name; $2 the champion's model_id int.
-- Rows: one: images imported with a label since, and studies that got a verdict since. "Since" is the latest of when the
--   champion's training was asked for (it was made, when it was not trained here) and when a retraining was last opened.
with since as (
  select greatest(
           coalesce(
             (select max(created_at) from training where training.model_id = $2::int),
             (select created_at from model where id = $2::int)
           ),
           (select max(created_at) from retraining where retraining.dataset = $1::text and state = 'completed')
         ) as at
)
select (
         (select count(*)
          from image
          join dataset on dataset.id = image.dataset_id
          where dataset.name = $1::text and image.label is not null and image.imported_at > since.at)
         + (select count(distinct study_id)
            from study_verdict
            join study on study.id = study_verdict.study_id
            join dataset on dataset.id = study.dataset_id
            where dataset.name = $1::text and study_verdict.created_at > since.at)
       )::int as labels
from since
order by labels;
