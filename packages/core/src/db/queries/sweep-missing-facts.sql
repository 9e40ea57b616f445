-- Which labelled images at or above the lowest p_low lack a fact the sweep gates on?
-- Params: $1 dataset_id bigint; $2 model_id int; $3 lowest p_low float8; $4 needs_entropy boolean; $5 area_columns
--   boolean[8], those swept; $6 needs_grid boolean; $7 body_parts text[] or null for all; $8 splits text[] or null for all.
-- Rows: one: how many, and the first object key in order.
select count(*) as images,
       min(image.object_key) as first_object_key
from prediction
join image on image.id = prediction.image_id
left join prediction_cam
  on prediction_cam.model_id = prediction.model_id and prediction_cam.image_id = prediction.image_id
where image.dataset_id = $1::bigint and prediction.model_id = $2::int
  and image.label is not null and not prediction.degenerate and prediction.probability >= $3::float8
  and ($4::boolean and prediction.entropy is null
       or $6::boolean and prediction_cam.grid is null
       or exists (
         select from unnest(array[area_1, area_2, area_3, area_4, area_5, area_6, area_7, area_8], $5::boolean[])
           as column_of(area, swept)
         where swept and area is null
       ))
  and ($7::text[] is null
       or coalesce(image.body_part, (select study.body_part from study where study.id = image.study_id)) = any ($7))
  and ($8::text[] is null
       or coalesce(image.split, (select study.split from study where study.id = image.study_id)) = any ($8));
