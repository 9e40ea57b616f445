-- Do two sets of images come from the same patients? Where a patient is not known, the same study or the same file
-- stands for one.
-- Params: $1 dataset_id bigint, $2 body_parts text[] or null for all, $3 splits text[] or null for all, of the first
--   set; $4, $5, $6 of the second.
-- Rows: one: patients named in both sets; studies, and files by their hash, in both whose patient is not named in one;
--   patients_unknown, whether any image of either set names no patient.
with first_set as (
  select study.patient_key, study.id as study_id, image.content_hash
  from image join study on study.id = image.study_id
  where image.dataset_id = $1::bigint
    and ($2::text[] is null or coalesce(image.body_part, study.body_part) = any ($2))
    and ($3::text[] is null or coalesce(image.split, study.split) = any ($3))
), second_set as (
  select study.patient_key, study.id as study_id, image.content_hash
  from image join study on study.id = image.study_id
  where image.dataset_id = $4::bigint
    and ($5::text[] is null or coalesce(image.body_part, study.body_part) = any ($5))
    and ($6::text[] is null or coalesce(image.split, study.split) = any ($6))
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
