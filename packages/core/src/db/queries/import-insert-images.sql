-- Adds images, in the order given, to studies that are stored.
-- Params: $1 dataset_id bigint; $2 images json, [{object_key, study_key, ..., byte_size, modified_at}].
-- Rows: one per image added, its id.
insert into image (dataset_id, study_id, object_key, label, body_part, split, view, hardware, boxes, byte_size,
                   modified_at)
select $1::bigint, study.id, given.object_key, given.label, given.body_part, given.split, given.view,
       given.hardware, given.boxes, given.byte_size, given.modified_at
from rows from (
  json_to_recordset($2::json) as (
    object_key text, study_key text, body_part text, split text, label smallint, view text, hardware boolean,
    boxes jsonb, byte_size bigint, modified_at timestamptz)
) with ordinality as given(
    object_key, study_key, body_part, split, label, view, hardware, boxes, byte_size, modified_at, ordinal)
join study on study.dataset_id = $1::bigint and study.study_key = given.study_key
order by given.ordinal
returning id;
