-- Which facts and labels was a reading made on? A digest that changes when any of them does.
-- Params: $1 dataset_id bigint; $2 model_id int; $3 filter image_filter.
-- Rows: one: fingerprint, SHA-256 in hex over the scored images in order of object key; of nothing when there is none.
with fact as (
  select (row_number() over (order by image.object_key collate "C") - 1) / 4096 as block,
         image.object_key,
         sha256(
           convert_to(
             concat_ws(
               e'\x1f', image.object_key, study.study_key, coalesce(study.patient_key, e'\x1e'), coalesce(image.label, -1),
               coalesce(study.label, -1), coalesce(image.body_part, study.body_part, e'\x1e'),
               coalesce(image.split, study.split, e'\x1e'), prediction.degenerate
             ),
             'UTF8'
           )
           || float4send(prediction.probability) || float4send(coalesce(prediction.entropy, -1))
           || float4send(coalesce(area_1, -1)) || float4send(coalesce(area_2, -1)) || float4send(coalesce(area_3, -1))
           || float4send(coalesce(area_4, -1)) || float4send(coalesce(area_5, -1)) || float4send(coalesce(area_6, -1))
           || float4send(coalesce(area_7, -1)) || float4send(coalesce(area_8, -1))
         ) as digest
  from prediction
  join image on image.id = prediction.image_id
  join study on study.id = image.study_id
  where image.dataset_id = $1::bigint and prediction.model_id = $2::int
    and image_passes(image, study, prediction.run_id, $3::image_filter)
), part as (
  -- In blocks, since the digests of an archive of millions would not fit one value.
  select block,
         sha256(string_agg(digest, ''::bytea order by object_key collate "C")) as digest
  from fact
  group by block
)
select encode(sha256(coalesce(string_agg(digest, ''::bytea order by block), ''::bytea)), 'hex') as fingerprint
from part;
