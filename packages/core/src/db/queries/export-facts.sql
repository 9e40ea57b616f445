-- What did a model say of each image, with everything the archive says of it?
-- Params: $1 dataset_id bigint; $2 model_id int; $3 filter image_filter.
-- Rows: one per scored image, by id. `patient_number` is one number for all images of a patient: the id of the patient's
--   first study, or of the image's own where the patient is unknown.
with patient as (
  select patient_key,
         min(id) as patient_number
  from study
  where dataset_id = $1::bigint and patient_key is not null
  group by patient_key
)
select image.id as image_id,
       image.object_key,
       study.study_key,
       coalesce(patient.patient_number, study.id) as patient_number,
       coalesce(image.body_part, study.body_part) as body_part,
       coalesce(image.split, study.split) as split,
       image.view,
       image.hardware,
       image.label,
       study.label as study_label,
       prediction.probability,
       prediction.logit,
       prediction.entropy,
       prediction.entropy_normalized,
       prediction.degenerate,
       area_1, area_2, area_3, area_4, area_5, area_6, area_7, area_8
from prediction
join image on image.id = prediction.image_id
join study on study.id = image.study_id
left join patient on patient.patient_key = study.patient_key
where image.dataset_id = $1::bigint and prediction.model_id = $2::int
  and image_passes(image, study, prediction.run_id, $3::image_filter)
order by image.id;
