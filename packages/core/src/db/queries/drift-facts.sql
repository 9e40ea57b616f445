-- What is known of each scored image of a window, for comparing it with another?
-- Params: $1 dataset_id bigint; $2 model_id int; $3 p_low real, null for no policy; $4 entropy_max real, null for no gate;
--   $5 area_max real, null for no gate; $6 area_column int in 1..8, null to count areas from the stored grids at $7;
--   $7 alpha float8; $8 filter image_filter; $9 column int in 1..8 of the area to compare, null for none.
-- Rows: one per scored image, by id; the outcome's reason is null without a policy.
select prediction.probability,
       prediction.entropy,
       (array[area_1, area_2, area_3, area_4, area_5, area_6, area_7, area_8])[$9::int] as area,
       prediction.degenerate,
       coalesce(image.body_part, study.body_part) as body_part,
       image.byte_size,
       image.width::float8 * image.height as pixels,
       prediction_quality.brightness,
       prediction_quality.contrast,
       prediction_quality.border,
       prediction_quality.sharpness,
       case when $3::real is not null
            then triage_reason(
              prediction.probability, prediction.entropy,
              case when $5::real is null then null
                   when $6::int is null then cam_area(prediction_cam.grid, $7::float8)
                   else (array[area_1, area_2, area_3, area_4, area_5, area_6, area_7, area_8])[$6::int]
              end,
              prediction.degenerate, $3::real, $4::real, $5::real)
       end as reason
from prediction
join image on image.id = prediction.image_id
join study on study.id = image.study_id
left join prediction_cam
  on $6::int is null and $5::real is not null
     and prediction_cam.model_id = prediction.model_id and prediction_cam.image_id = prediction.image_id
left join prediction_quality
  on prediction_quality.model_id = prediction.model_id and prediction_quality.image_id = prediction.image_id
where image.dataset_id = $1::bigint and prediction.model_id = $2::int
  and image_passes(image, study, prediction.run_id, $8::image_filter)
order by image.id;
