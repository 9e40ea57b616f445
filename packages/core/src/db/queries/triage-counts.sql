-- What does one policy say of a dataset, overall and per body part?
-- Params: $1 dataset_id bigint; $2 model_id int; $3 p_low real; $4 entropy_max real, null for no gate; $5 area_max real,
--   null for no gate; $6 area_column int in 1..8, null to count areas from the stored grids at $7; $7 alpha float8;
--   $8 filter image_filter.
-- Rows: one per body part, outcome reason and label, ordered; a null body part is an unknown one.
with reading as (
  select coalesce(image.body_part, study.body_part) as body_part,
         image.label,
         triage_reason(
           prediction.probability,
           prediction.entropy,
           case when $5::real is null then null
                when $6::int is null then cam_area(prediction_cam.grid, $7::float8)
                else (array[area_1, area_2, area_3, area_4, area_5, area_6, area_7, area_8])[$6::int]
           end,
           prediction.degenerate,
           $3::real, $4::real, $5::real
         ) as reason
  from prediction
  join image on image.id = prediction.image_id
  join study on study.id = image.study_id
  left join prediction_cam
    on $6::int is null and $5::real is not null
       and prediction_cam.model_id = prediction.model_id and prediction_cam.image_id = prediction.image_id
  where image.dataset_id = $1::bigint and prediction.model_id = $2::int
    and image_passes(image, study, prediction.run_id, $8::image_filter)
)
select body_part,
       reason,
       label,
       count(*) as images
from reading
group by body_part, reason, label
order by body_part, reason, label;
