-- Which scored images have lesion boxes but no known size?
-- Params: $1 dataset_id bigint; $2 model_id int; $3 body_parts text[] or null for all; $4 splits text[] or null for all.
-- Rows: one per image, by id.
select image.id,
       image.object_key
from image
join prediction on prediction.model_id = $2::int and prediction.image_id = image.id
join study on study.id = image.study_id
where image.dataset_id = $1::bigint and image.width is null
  and image.boxes is not null and image.boxes <> '[]'::jsonb
  and ($3::text[] is null or coalesce(image.body_part, study.body_part) = any ($3))
  and ($4::text[] is null or coalesce(image.split, study.split) = any ($4))
order by image.id;
