-- Which images of a batch of predictions are stored, and did the model say the same of them before?
-- Params: $1 dataset_id bigint; $2 model_id int; $3 rows json, [{object_key, probability, entropy, entropy_normalized,
--   degenerate, areas, height, width, grid}].
-- Rows: one per row of the batch whose image is stored, by its place in the batch, counted from 1.
with given as (
  select *
  from rows from (
    json_to_recordset($3::json) as (
      object_key text, probability real, entropy real, entropy_normalized real, degenerate boolean, areas real[],
      height smallint, width smallint, grid real[])
  ) with ordinality as given(
    object_key, probability, entropy, entropy_normalized, degenerate, areas, height, width, grid, ordinal)
)
select given.ordinal,
       image.id,
       image.study_id,
       image.label,
       image.body_part,
       image.split,
       study.study_key,
       study.patient_key,
       prediction.image_id is not null as scored,
       prediction.image_id is not null
         and (prediction.probability, prediction.entropy, prediction.entropy_normalized, prediction.degenerate,
              array[area_1, area_2, area_3, area_4, area_5, area_6, area_7, area_8],
              prediction_cam.height, prediction_cam.width, prediction_cam.grid)
             is not distinct from
             (given.probability, given.entropy, given.entropy_normalized, given.degenerate,
              given.areas, given.height, given.width, given.grid) as same_facts
from given
join image on image.dataset_id = $1::bigint and image.object_key = given.object_key
join study on study.id = image.study_id
left join prediction on prediction.model_id = $2::int and prediction.image_id = image.id
left join prediction_cam on prediction_cam.model_id = $2::int and prediction_cam.image_id = image.id
order by given.ordinal;
