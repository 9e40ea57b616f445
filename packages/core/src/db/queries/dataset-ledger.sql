-- What became of every image of a dataset under one model?
-- Params: $1 dataset_id bigint; $2 model_id int.
-- Rows: one. An image whose retry worked, or failed later, counts once: as scored when there is a prediction.
select count(*)::int8 as images,
       count(prediction.image_id)::int8 as scored,
       count(quarantine.image_id) filter (where prediction.image_id is null)::int8 as quarantined
from image
left join prediction on prediction.image_id = image.id and prediction.model_id = $2::int
left join quarantine on quarantine.image_id = image.id and quarantine.model_id = $2::int
where image.dataset_id = $1::bigint
order by images;
