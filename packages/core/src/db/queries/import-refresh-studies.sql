-- Reads studies again from their images where a batch disagrees with what is stored. A study is labelled 1 when
-- any image is 1 and null when none is labelled; body part and split are those all its images share, else null.
-- Params: $1 dataset_id bigint; $2 images json, [{study_key, patient_key, body_part, split, label}] added or
--         changed; $3 study ids bigint[] that images were moved from.
-- Rows: none.
with given as (
  select *
  from json_to_recordset($2::json) as given(
    study_key text, patient_key text, body_part text, split text, label smallint)
),
touched as (
  select study.id, max(given.patient_key) as patient_key
  from given
  join study on study.dataset_id = $1::bigint and study.study_key = given.study_key
  where (study.patient_key, study.body_part, study.split, study.label)
        is distinct from (given.patient_key, given.body_part, given.split, given.label)
  group by study.id
  union all
  select study.id, study.patient_key
  from study
  where study.id = any($3::bigint[])
),
summary as (
  select image.study_id,
         max(touched.patient_key) as patient_key,
         case when count(distinct image.body_part) = 1 then max(image.body_part) end as body_part,
         case when count(distinct image.split) = 1 then max(image.split) end as split,
         max(image.label) as label
  from touched
  join image on image.study_id = touched.id
  group by image.study_id
)
update study
set patient_key = summary.patient_key,
    body_part = summary.body_part,
    split = summary.split,
    label = summary.label
from summary
where study.id = summary.study_id;
