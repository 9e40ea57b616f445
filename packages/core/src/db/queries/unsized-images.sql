-- Which scored images have lesion boxes but no known size?
-- Params: $1 dataset_id bigint; $2 model_id int; $3 filter image_filter.
-- Rows: one per image, by id.
select image.id,
       image.object_key
from image
join prediction on prediction.model_id = $2::int and prediction.image_id = image.id
join study on study.id = image.study_id
where image.dataset_id = $1::bigint and image.width is null
  and image.boxes is not null and image.boxes <> '[]'::jsonb
  and image_passes(image, study, prediction.run_id, $3::image_filter)
order by image.id;
