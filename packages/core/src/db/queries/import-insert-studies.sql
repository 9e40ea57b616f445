-- Adds the studies of a batch that are not stored, with what the batch's images say of them.
-- Params: $1 dataset_id bigint; $2 images json, [{study_key, patient_key, body_part, split, label}].
-- Rows: none. Under the dataset's lock nobody else adds a study meanwhile.
with given as (
  select *
  from json_to_recordset($2::json) as given(
    study_key text, patient_key text, body_part text, split text, label smallint)
),
summary as (
  select study_key,
         max(patient_key) as patient_key,
         case when count(distinct body_part) = 1 then max(body_part) end as body_part,
         case when count(distinct split) = 1 then max(split) end as split,
         max(label) as label
  from given
  group by study_key
)
insert into study (dataset_id, study_key, patient_key, body_part, split, label)
select $1::bigint, study_key, patient_key, body_part, split, label
from summary
where not exists (
  select from study where study.dataset_id = $1::bigint and study.study_key = summary.study_key
)
order by study_key;
