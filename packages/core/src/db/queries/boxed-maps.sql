-- Where do the CAMs of images with lesion boxes point, and what became of the images under a policy?
-- Params: $1 dataset_id bigint; $2 model_id int; $3 p_low real; $4 entropy_max real, null for no gate; $5 area_max real,
--   null for no gate; $6 area_column int in 1..8, null to count areas from the stored grids at $7; $7 alpha float8;
--   $8 filter image_filter.
-- Rows: one per scored image with at least one box, by object key; the grid is null where none is stored. `cluster` is
--   one number for all images of a patient.
with patient as (
  select patient_key,
         min(id) as cluster
  from study
  where dataset_id = $1::bigint and patient_key is not null
  group by patient_key
), fact as (
  select image.object_key,
         coalesce(patient.cluster, study.id) as cluster,
         image.label,
         image.boxes,
         image.width as image_width,
         image.height as image_height,
         prediction.probability,
         prediction.entropy,
         prediction.degenerate,
         case when $6::int is null then cam_area(prediction_cam.grid, $7::float8)
              else (array[area_1, area_2, area_3, area_4, area_5, area_6, area_7, area_8])[$6::int]
         end as area,
         prediction_cam.height as cam_height,
         prediction_cam.width as cam_width,
         prediction_cam.grid
  from prediction
  join image on image.id = prediction.image_id
  join study on study.id = image.study_id
  left join patient on patient.patient_key = study.patient_key
  left join prediction_cam
    on prediction_cam.model_id = prediction.model_id and prediction_cam.image_id = prediction.image_id
  where image.dataset_id = $1::bigint and prediction.model_id = $2::int
    and image.boxes is not null and image.boxes <> '[]'::jsonb
    and image_passes(image, study, prediction.run_id, $8::image_filter)
)
select object_key,
       cluster,
       label,
       boxes,
       image_width,
       image_height,
       probability,
       entropy,
       area,
       degenerate,
       triage_reason(probability, entropy, area, degenerate, $3::real, $4::real, $5::real) as reason,
       cam_height,
       cam_width,
       grid
from fact
order by object_key;
