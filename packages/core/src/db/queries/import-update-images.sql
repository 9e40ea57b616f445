-- Writes what changed of stored images: their bytes' size and time, or what is said of them.
-- Params: $1 dataset_id bigint; $2 images json, [{object_key, study_key, ..., byte_size, modified_at}].
-- Rows: none.
with given as (
  select *
  from json_to_recordset($2::json) as given(
    object_key text, study_key text, body_part text, split text, label smallint, view text, hardware boolean,
    boxes jsonb, byte_size bigint, modified_at timestamptz)
)
update image
set study_id = study.id,
    label = given.label,
    body_part = given.body_part,
    split = given.split,
    view = given.view,
    hardware = given.hardware,
    boxes = given.boxes,
    content_hash = case
      when (image.byte_size, image.modified_at) is not distinct from (given.byte_size, given.modified_at)
      then image.content_hash
    end,
    width = case
      when (image.byte_size, image.modified_at) is not distinct from (given.byte_size, given.modified_at)
      then image.width
    end,
    height = case
      when (image.byte_size, image.modified_at) is not distinct from (given.byte_size, given.modified_at)
      then image.height
    end,
    byte_size = given.byte_size,
    modified_at = given.modified_at,
    imported_at = now()
from given
join study on study.dataset_id = $1::bigint and study.study_key = given.study_key
where image.dataset_id = $1::bigint and image.object_key = given.object_key;
