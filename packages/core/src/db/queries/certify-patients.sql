-- How many patients do the labelled images, or studies, of a certification come from?
-- Params: $1 dataset_id bigint; $2 model_id int; $3 level text, image or study; $4 filter image_filter.
-- Rows: one: patients, unnamed ones counted by study; patients_unknown, whether any is unnamed.
select count(distinct coalesce('patient ' || study.patient_key, 'study ' || study.id)) as patients,
       coalesce(bool_or(study.patient_key is null), false) as patients_unknown
from prediction
join image on image.id = prediction.image_id
join study on study.id = image.study_id
where image.dataset_id = $1::bigint and prediction.model_id = $2::int
  and case $3::text when 'study' then study.label else image.label end is not null
  and image_passes(image, study, prediction.run_id, $4::image_filter)
  and ($3::text = 'image' or not exists (
    select from partly_taken_studies($1::bigint, $2::int, $4::image_filter) as part where part.study_id = image.study_id
  ));
