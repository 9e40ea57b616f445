-- Which models have scored images of a dataset?
-- Params: $1 dataset_id bigint.
-- Rows: one per model, by name.
select model.id,
       model.name
from model
where exists (
  select from prediction join image on image.id = prediction.image_id
  where prediction.model_id = model.id and image.dataset_id = $1::bigint
)
order by model.name;
