-- A sample of the embeddings of a window: the same one whenever it is asked of the same images.
-- Params: $1 dataset_id bigint; $2 model_id int; $3 filter image_filter; $4 seed bigint; $5 limit int.
-- Rows: one per sampled image, by id; `total` is how many of the window have an embedding.
with drawn as (
  select image.id as image_id,
         count(*) over () as total
  from prediction_embedding
  join prediction
    on prediction.image_id = prediction_embedding.image_id and prediction.model_id = prediction_embedding.model_id
  join image on image.id = prediction.image_id
  join study on study.id = image.study_id
  where image.dataset_id = $1::bigint and prediction_embedding.model_id = $2::int
    and image_passes(image, study, prediction.run_id, $3::image_filter)
  order by hashint8extended(image.id, $4::bigint), image.id
  limit $5::int
)
select drawn.image_id,
       drawn.total,
       prediction_embedding.embedding
from drawn
join prediction_embedding on prediction_embedding.image_id = drawn.image_id and prediction_embedding.model_id = $2::int
order by drawn.image_id;
