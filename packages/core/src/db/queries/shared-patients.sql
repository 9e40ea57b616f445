-- Do two sets of images come from the same patients? Where a patient is not known, the same study or the same file
-- stands for one.
-- Params: $1 dataset_id bigint, $2 filter image_filter without a run, of the first set; $3, $4 of the second.
-- Rows: one: patients named in both sets; studies, and files by their hash, in both whose patient is not named in one;
--   patients_unknown, whether any image of either set names no patient.
with first_set as (
  select study.patient_key, study.id as study_id, image.content_hash
  from image join study on study.id = image.study_id
  where image.dataset_id = $1::bigint
    and image_passes(image, study, null, $2::image_filter)
), second_set as (
  select study.patient_key, study.id as study_id, image.content_hash
  from image join study on study.id = image.study_id
  where image.dataset_id = $3::bigint
    and image_passes(image, study, null, $4::image_filter)
)
select (
         select count(*)
         from (select patient_key from first_set intersect select patient_key from second_set) as patient
         where patient_key is not null
       ) as patients,
       (
         select count(distinct study_id)
         from first_set join second_set using (study_id)
         where first_set.patient_key is null
       ) as studies,
       (
         select count(distinct content_hash)
         from first_set join second_set using (content_hash)
         where first_set.patient_key is null or second_set.patient_key is null
       ) as files,
       exists (select from first_set where patient_key is null)
         or exists (select from second_set where patient_key is null) as patients_unknown;
