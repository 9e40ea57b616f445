-- How often do two policies say what of the same images, and of the same studies?
-- Params: $1 dataset_id bigint; $2 model_id int; of the first policy $3 p_low real, $4 entropy_max real, null for no
--   gate, $5 area_max real, null for no gate, $6 area_column int in 1..8, null to count areas from the stored grids at
--   $7 alpha float8; $8 to $12 the same of the second; $13 filter image_filter.
-- Rows: one per level (image, study), pair of outcomes and label that occurs, ordered; a null label is an unknown one.
--   A study is positive when any image is, else inconclusive when any is, else negative.
with fact as (
  select image.object_key,
         study.id as study_id,
         study.study_key,
         coalesce(image.body_part, study.body_part) as body_part,
         coalesce(image.split, study.split) as split,
         image.label,
         study.label as study_label,
         prediction.probability,
         prediction.entropy,
         prediction.degenerate,
         array[area_1, area_2, area_3, area_4, area_5, area_6, area_7, area_8] as areas,
         prediction_cam.grid
  from prediction
  join image on image.id = prediction.image_id
  join study on study.id = image.study_id
  left join prediction_cam
    on ($5::real is not null and $6::int is null or $10::real is not null and $11::int is null)
       and prediction_cam.model_id = prediction.model_id and prediction_cam.image_id = prediction.image_id
  where image.dataset_id = $1::bigint and prediction.model_id = $2::int
    and image_passes(image, study, prediction.run_id, $13::image_filter)
), image_reading as (
  select *,
         triage_reason(
           probability, entropy, case when $5::real is null then null when $6::int is null then cam_area(grid, $7::float8) else areas[$6::int] end,
           degenerate, $3::real, $4::real, $5::real
         ) as reason_a,
         triage_reason(
           probability, entropy, case when $10::real is null then null when $11::int is null then cam_area(grid, $12::float8) else areas[$11::int] end,
           degenerate, $8::real, $9::real, $10::real
         ) as reason_b
  from fact
), reading as (
  select 'image' as level,
         object_key as key,
         study_key,
         body_part,
         split,
         label,
         probability,
         case reason_a when 'below_p_low' then 'negative' when 'localised' then 'positive' else 'inconclusive' end as outcome_a,
         reason_a,
         case reason_b when 'below_p_low' then 'negative' when 'localised' then 'positive' else 'inconclusive' end as outcome_b,
         reason_b
  from image_reading
  union all
  select 'study',
         study_key,
         study_key,
         case when count(distinct body_part) = 1 then max(body_part) end,
         case when count(distinct split) = 1 then max(split) end,
         study_label,
         null,
         case when bool_or(reason_a = 'localised') then 'positive'
              when bool_and(reason_a = 'below_p_low') then 'negative'
              else 'inconclusive'
         end,
         null,
         case when bool_or(reason_b = 'localised') then 'positive'
              when bool_and(reason_b = 'below_p_low') then 'negative'
              else 'inconclusive'
         end,
         null
  from image_reading
  where not exists (
    select from partly_taken_studies($1::bigint, $2::int, $13::image_filter) as part where part.study_id = image_reading.study_id
  )
  group by study_id, study_key, study_label
)
select level,
       outcome_a,
       outcome_b,
       label,
       count(*) as units
from reading
group by level, outcome_a, outcome_b, label
order by level, outcome_a, outcome_b, label;
