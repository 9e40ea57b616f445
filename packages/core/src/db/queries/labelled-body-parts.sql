-- Which body parts do the labelled images, or studies, of a selection show?
-- Params: $1 dataset_id bigint; $2 model_id int; $3 level text, image or study; $4 body_parts text[] or null for all;
--   $5 splits text[] or null for all.
-- Rows: one per known body part, by name.
select distinct coalesce(image.body_part, study.body_part) as body_part
from prediction
join image on image.id = prediction.image_id
join study on study.id = image.study_id
where image.dataset_id = $1::bigint and prediction.model_id = $2::int
  and case $3::text when 'study' then study.label else image.label end is not null
  and coalesce(image.body_part, study.body_part) is not null
  and ($4::text[] is null or coalesce(image.body_part, study.body_part) = any ($4))
  and ($5::text[] is null or coalesce(image.split, study.split) = any ($5))
order by body_part;
