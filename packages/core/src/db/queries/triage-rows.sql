-- What is each image's outcome under one policy, why, and how close was it?
-- Params: $1 dataset_id bigint; $2 model_id int; $3 p_low real; $4 entropy_max real, null for no gate; $5 area_max real,
--   null for no gate; $6 area_column int in 1..8, null to count areas from the stored grids at $7; $7 alpha float8;
--   $8 filter image_filter.
-- Rows: one per scored image, by object key; area is null where the policy has no area gate. `cluster` is one number
--   for all images of a patient: the id of the patient's first study, or of the image's own where the patient is unknown.
with patient as (
  select patient_key,
         min(id) as cluster
  from study
  where dataset_id = $1::bigint and patient_key is not null
  group by patient_key
), fact as (
  select image.id as image_id,
         image.study_id,
         coalesce(patient.cluster, study.id) as cluster,
         image.object_key,
         study.study_key,
         coalesce(image.body_part, study.body_part) as body_part,
         coalesce(image.split, study.split) as split,
         image.label,
         prediction.probability,
         prediction.entropy,
         prediction.degenerate,
         case when $5::real is null then null
              when $6::int is null then cam_area(prediction_cam.grid, $7::float8)
              else (array[area_1, area_2, area_3, area_4, area_5, area_6, area_7, area_8])[$6::int]
         end as area
  from prediction
  join image on image.id = prediction.image_id
  join study on study.id = image.study_id
  left join patient on patient.patient_key = study.patient_key
  left join prediction_cam
    on $6::int is null and $5::real is not null
       and prediction_cam.model_id = prediction.model_id and prediction_cam.image_id = prediction.image_id
  where image.dataset_id = $1::bigint and prediction.model_id = $2::int
    and image_passes(image, study, prediction.run_id, $8::image_filter)
), reading as (
  select *,
         triage_reason(probability, entropy, area, degenerate, $3::real, $4::real, $5::real) as reason,
         triage_threshold(probability, entropy, area, degenerate, $3::real, $4::real, $5::real) as threshold
  from fact
)
select image_id,
       study_id,
       cluster,
       object_key,
       study_key,
       body_part,
       split,
       label,
       probability,
       entropy,
       area,
       degenerate,
       reason,
       threshold,
       triage_margin(threshold, probability, entropy, area, $3::real, $4::real, $5::real) as margin
from reading
order by object_key;
