-- Writes what a predictions CSV says anew of stored images.
-- Params: $1 dataset_id bigint; $2 images json, [{object_key, study_key, label, body_part, split}], studies stored.
-- Rows: none.
with given as (
  select *
  from json_to_recordset($2::json) as given(
    object_key text, study_key text, label smallint, body_part text, split text)
)
update image
set study_id = study.id,
    label = given.label,
    body_part = given.body_part,
    split = given.split
from given
join study on study.dataset_id = $1::bigint and study.study_key = given.study_key
where image.dataset_id = $1::bigint and image.object_key = given.object_key;
