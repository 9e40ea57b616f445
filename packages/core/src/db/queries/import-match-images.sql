-- Which images of a batch are stored already, and whether their bytes or what is said of them changed?
-- Params: $1 dataset_id bigint; $2 images json, [{object_key, study_key, ..., byte_size, modified_at}].
-- Rows: one per image of the batch that is stored, by its place in the batch, counted from 1.
with given as (
  select *
  from rows from (
    json_to_recordset($2::json) as (
      object_key text, study_key text, patient_key text, body_part text, split text, label smallint, view text,
      hardware boolean, boxes jsonb, byte_size bigint, modified_at timestamptz)
  ) with ordinality as given(
    object_key, study_key, patient_key, body_part, split, label, view, hardware, boxes, byte_size, modified_at,
    ordinal)
)
select given.ordinal,
       image.id,
       image.study_id,
       image.label,
       (image.byte_size, image.modified_at) is not distinct from (given.byte_size, given.modified_at) as same_bytes,
       (study.study_key, study.patient_key, image.body_part, image.split, image.label, image.view, image.hardware,
        image.boxes)
         is not distinct from
       (given.study_key, given.patient_key, given.body_part, given.split, given.label, given.view, given.hardware,
        given.boxes) as same_facts
from given
join image on image.dataset_id = $1::bigint and image.object_key = given.object_key
join study on study.id = image.study_id
order by given.ordinal;
