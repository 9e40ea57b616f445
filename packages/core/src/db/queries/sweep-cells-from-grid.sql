-- As sweep-cells, for one alpha that has no area column: areas are counted from the stored CAM grids.
-- Params: $1 dataset_id bigint; $2 model_id int; $3 p_low float8[], ascending; $4 minus entropy_max float8[], ascending;
--   $5 int, 1 when the sweep also leaves the entropy gate out; $6 minus area_max float8[], ascending; $7 int, 1 when it
--   also leaves the area gate out; $8 int, position of the alpha among the sweep's; $9 body_parts text[] or null for all;
--   $10 splits text[] or null for all; $11 alpha float8.
-- Rows: as sweep-cells.
with fact as (
  select image.label,
         prediction.degenerate,
         prediction.entropy,
         grid,
         width_bucket(prediction.probability::float8, $3::float8[]) as p_level,
         case when not prediction.degenerate
              then $5::int + coalesce(width_bucket(-prediction.entropy::float8, $4::float8[]), 0)
              else 0
         end as entropy_level
  from prediction
  join image on image.id = prediction.image_id
  left join prediction_cam
    on prediction_cam.model_id = prediction.model_id and prediction_cam.image_id = prediction.image_id
  where image.dataset_id = $1::bigint and prediction.model_id = $2::int
    and ($9::text[] is null
         or coalesce(image.body_part, (select study.body_part from study where study.id = image.study_id)) = any ($9))
    and ($10::text[] is null
         or coalesce(image.split, (select study.split from study where study.id = image.study_id)) = any ($10))
  offset 0
), level as (
  select label,
         p_level,
         entropy_level,
         p_level > 0 and not degenerate and (cardinality($4::float8[]) > 0 and entropy is null or grid is null) as missing,
         -- The area is only counted where it can matter: it costs a pass over the grid.
         case when p_level > 0 and entropy_level > 0
              then $7::int + coalesce(width_bucket(-cam_area(grid, $11::float8)::float8, $6::float8[]), 0)
         end as area_level
  from fact
  offset 0
), cell as (
  select label,
         p_level,
         missing,
         case when area_level > 0
              then (($8::int * cardinality($3::float8[]) + p_level - 1) * ($5::int + cardinality($4::float8[]))
                    + entropy_level - 1) * ($7::int + cardinality($6::float8[])) + area_level - 1
         end as cell
  from level
  offset 0
)
select p_level,
       cell,
       count(*) filter (where label = 1) as positive,
       count(*) filter (where label = 0) as negative,
       count(*) filter (where label is null) as unlabelled,
       count(*) filter (where missing and label is not null) as missing
from cell
group by grouping sets ((p_level), (cell))
having p_level is not null or cell is not null
order by p_level, cell;
