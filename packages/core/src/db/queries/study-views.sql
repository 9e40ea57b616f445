-- Which views make up each study, with everything a sweep of any thresholds reads of them?
-- Params: $1 dataset_id bigint; $2 model_id int; $3 alphas float8[] whose areas are counted from the stored grids, which
--   may be empty; $4 filter image_filter.
-- Rows: one per scored image that the filter takes, study by study; none of a study taken in part. `grid_areas`
--   is as $3, null when that is empty.
select image.study_id,
       image.id as image_id,
       study.label,
       image.object_key,
       prediction.probability,
       prediction.entropy,
       prediction.degenerate,
       area_1, area_2, area_3, area_4, area_5, area_6, area_7, area_8,
       case when cardinality($3::float8[]) > 0 then array(
         select cam_area(prediction_cam.grid, alpha)
         from unnest($3::float8[]) with ordinality as asked(alpha, place)
         order by place
       ) end as grid_areas
from prediction
join image on image.id = prediction.image_id
join study on study.id = image.study_id
left join prediction_cam
  on cardinality($3::float8[]) > 0
     and prediction_cam.model_id = prediction.model_id and prediction_cam.image_id = prediction.image_id
where image.dataset_id = $1::bigint and prediction.model_id = $2::int
  and image_passes(image, study, prediction.run_id, $4::image_filter)
  and not exists (
    select from partly_taken_studies($1::bigint, $2::int, $4::image_filter) as part where part.study_id = image.study_id
  )
order by image.study_id, image.id;
