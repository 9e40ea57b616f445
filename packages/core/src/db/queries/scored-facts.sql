-- What is known of each scored image of a dataset, in numbers that statistics can be made of?
-- Params: $1 dataset_id bigint; $2 model_id int; $3 alpha float8 whose area no column holds, null to count none from
--   the stored grids; $4 labelled_only boolean; $5 filter image_filter.
-- Rows: one per scored image, by id. `cluster` is one number for all images of a patient: the id of the patient's
--   first study, or of the image's own where the patient is unknown; keys of patients stay in the database.
with patient as (
  select patient_key,
         min(id) as cluster
  from study
  where dataset_id = $1::bigint and patient_key is not null
  group by patient_key
)
select image.id as image_id,
       image.study_id,
       coalesce(patient.cluster, study.id) as cluster,
       image.label,
       coalesce(image.body_part, study.body_part) as body_part,
       coalesce(image.split, study.split) as split,
       image.view,
       image.hardware,
       prediction.probability,
       prediction.entropy,
       prediction.entropy_normalized,
       prediction.degenerate,
       area_1, area_2, area_3, area_4, area_5, area_6, area_7, area_8,
       case when $3::float8 is not null then cam_area(prediction_cam.grid, $3::float8) end as grid_area
from prediction
join image on image.id = prediction.image_id
join study on study.id = image.study_id
left join patient on patient.patient_key = study.patient_key
left join prediction_cam
  on $3::float8 is not null
     and prediction_cam.model_id = prediction.model_id and prediction_cam.image_id = prediction.image_id
where image.dataset_id = $1::bigint and prediction.model_id = $2::int
  and (not $4::boolean or image.label is not null)
  and image_passes(image, study, prediction.run_id, $5::image_filter)
order by image.id;
