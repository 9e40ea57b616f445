-- Stores what an external model said of images, in the place of what it said before.
-- Params: $1 dataset_id bigint; $2 model_id int; $3 rows json, [{object_key, probability, entropy, entropy_normalized,
--   degenerate, areas}], areas of length 8, images stored and each listed once.
-- Rows: one per prediction written, its image_id.
with given as (
  select *
  from json_to_recordset($3::json) as given(
    object_key text, probability real, entropy real, entropy_normalized real, degenerate boolean, areas real[])
)
insert into prediction (model_id, image_id, probability, entropy, entropy_normalized, degenerate,
                        area_1, area_2, area_3, area_4, area_5, area_6, area_7, area_8)
select $2::int, image.id, given.probability, given.entropy, given.entropy_normalized, given.degenerate,
       areas[1], areas[2], areas[3], areas[4], areas[5], areas[6], areas[7], areas[8]
from given join image on image.dataset_id = $1::bigint and image.object_key = given.object_key
order by image.id
on conflict (model_id, image_id) do update
set run_id = null,
    logit = null,
    probability = excluded.probability,
    entropy = excluded.entropy,
    entropy_normalized = excluded.entropy_normalized,
    degenerate = excluded.degenerate,
    area_1 = excluded.area_1,
    area_2 = excluded.area_2,
    area_3 = excluded.area_3,
    area_4 = excluded.area_4,
    area_5 = excluded.area_5,
    area_6 = excluded.area_6,
    area_7 = excluded.area_7,
    area_8 = excluded.area_8
returning image_id;
