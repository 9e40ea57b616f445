-- How many labelled images pass each combination of a sweep's thresholds? One scan, exact at every grid point.
-- Params: $1 dataset_id bigint; $2 model_id int; $3 p_low float8[], ascending; $4 minus entropy_max float8[], ascending;
--   $5 int, 1 when the sweep also leaves the entropy gate out; $6 minus area_max float8[], ascending; $7 int, 1 when it
--   also leaves the area gate out; $8 int[8], each area column's position among the sweep's alphas, null when not swept;
--   $9 body_parts text[] or null for all; $10 splits text[] or null for all. Thresholds are distinct float32 values.
-- Rows: one per number of p_low reached (p_level), then one per occupied cell. An image that passes p, e and a levels
--   (each at least 1) at alpha k is in cell ((k*P + p-1)*E + e-1)*A + a-1. `unlabelled`, and `missing` (labelled, at or
--   above the lowest p_low, lacking a fact the sweep gates on), are whole only in the p_level rows.
with fact as (
  select image.label,
         prediction.degenerate,
         prediction.entropy,
         area_1, area_2, area_3, area_4, area_5, area_6, area_7, area_8,
         width_bucket(prediction.probability::float8, $3::float8[]) as p_level,
         -- width_bucket counts thresholds <= x, so both sides are negated for entropy <= entropy_max.
         case when not prediction.degenerate
              then $5::int + coalesce(width_bucket(-prediction.entropy::float8, $4::float8[]), 0)
              else 0
         end as entropy_level
  from prediction join image on image.id = prediction.image_id
  where image.dataset_id = $1::bigint and prediction.model_id = $2::int
    and ($9::text[] is null
         or coalesce(image.body_part, (select study.body_part from study where study.id = image.study_id)) = any ($9))
    and ($10::text[] is null
         or coalesce(image.split, (select study.split from study where study.id = image.study_id)) = any ($10))
  -- Here and below, offset 0 keeps the planner from repeating the buckets in every cell.
  offset 0
), level as (
  select label,
         p_level,
         case when p_level > 0 and entropy_level > 0
              then (p_level - 1) * ($5::int + cardinality($4::float8[])) + entropy_level - 1
         end as base,
         p_level > 0 and not degenerate and (
           cardinality($4::float8[]) > 0 and entropy is null
           or cardinality($6::float8[]) > 0 and (
             ($8::int[])[1] is not null and area_1 is null
             or ($8::int[])[2] is not null and area_2 is null
             or ($8::int[])[3] is not null and area_3 is null
             or ($8::int[])[4] is not null and area_4 is null
             or ($8::int[])[5] is not null and area_5 is null
             or ($8::int[])[6] is not null and area_6 is null
             or ($8::int[])[7] is not null and area_7 is null
             or ($8::int[])[8] is not null and area_8 is null
           )
         ) as missing,
         case when ($8::int[])[1] is not null then $7::int + coalesce(width_bucket(-area_1::float8, $6::float8[]), 0) end as area_level_1,
         case when ($8::int[])[2] is not null then $7::int + coalesce(width_bucket(-area_2::float8, $6::float8[]), 0) end as area_level_2,
         case when ($8::int[])[3] is not null then $7::int + coalesce(width_bucket(-area_3::float8, $6::float8[]), 0) end as area_level_3,
         case when ($8::int[])[4] is not null then $7::int + coalesce(width_bucket(-area_4::float8, $6::float8[]), 0) end as area_level_4,
         case when ($8::int[])[5] is not null then $7::int + coalesce(width_bucket(-area_5::float8, $6::float8[]), 0) end as area_level_5,
         case when ($8::int[])[6] is not null then $7::int + coalesce(width_bucket(-area_6::float8, $6::float8[]), 0) end as area_level_6,
         case when ($8::int[])[7] is not null then $7::int + coalesce(width_bucket(-area_7::float8, $6::float8[]), 0) end as area_level_7,
         case when ($8::int[])[8] is not null then $7::int + coalesce(width_bucket(-area_8::float8, $6::float8[]), 0) end as area_level_8
  from fact
  offset 0
), size as (
  select cardinality($3::float8[]) * ($5::int + cardinality($4::float8[])) as bases,
         $7::int + cardinality($6::float8[]) as area_levels
), cell as (
  select label,
         p_level,
         missing,
         case when area_level_1 > 0 then (($8::int[])[1] * size.bases + base) * size.area_levels + area_level_1 - 1 end as cell_1,
         case when area_level_2 > 0 then (($8::int[])[2] * size.bases + base) * size.area_levels + area_level_2 - 1 end as cell_2,
         case when area_level_3 > 0 then (($8::int[])[3] * size.bases + base) * size.area_levels + area_level_3 - 1 end as cell_3,
         case when area_level_4 > 0 then (($8::int[])[4] * size.bases + base) * size.area_levels + area_level_4 - 1 end as cell_4,
         case when area_level_5 > 0 then (($8::int[])[5] * size.bases + base) * size.area_levels + area_level_5 - 1 end as cell_5,
         case when area_level_6 > 0 then (($8::int[])[6] * size.bases + base) * size.area_levels + area_level_6 - 1 end as cell_6,
         case when area_level_7 > 0 then (($8::int[])[7] * size.bases + base) * size.area_levels + area_level_7 - 1 end as cell_7,
         case when area_level_8 > 0 then (($8::int[])[8] * size.bases + base) * size.area_levels + area_level_8 - 1 end as cell_8
  from level, size
  offset 0
)
select p_level,
       coalesce(cell_1, cell_2, cell_3, cell_4, cell_5, cell_6, cell_7, cell_8) as cell,
       count(*) filter (where label = 1) as positive,
       count(*) filter (where label = 0) as negative,
       count(*) filter (where label is null) as unlabelled,
       count(*) filter (where missing and label is not null) as missing
from cell
group by grouping sets ((p_level), (cell_1), (cell_2), (cell_3), (cell_4), (cell_5), (cell_6), (cell_7), (cell_8))
having p_level is not null or coalesce(cell_1, cell_2, cell_3, cell_4, cell_5, cell_6, cell_7, cell_8) is not null
order by p_level, cell;
