-- What do labelled images, or studies, turn out to be under each of several policies?
-- Params: $1 dataset_id bigint; $2 model_id int; $3 p_low real[]; $4 entropy_max real[], null for no gate; $5 area_max
--   real[], null for no gate; $6 area_column int[] in 1..8, null to count areas from the stored grids at $7; $7 alpha
--   float8[]; one entry of each a policy; $8 level text, image or study; $9 boolean, one image or study a patient;
--   $10 filter image_filter.
-- Rows: one per policy (position from 1), outcome and label that occurs, ordered. The image or study that stands for a
--   patient is the first by a hash of its key: it depends on neither label nor fact. Unnamed patients count by study.
with policy as (
  select *
  from unnest($3::real[], $4::real[], $5::real[], $6::int[], $7::float8[]) with ordinality
    as policy(p_low, entropy_max, area_max, area_column, alpha, position)
), fact as (
  select case $8::text when 'study' then study.id else image.id end as unit_id,
         case $8::text when 'study' then study.study_key else image.object_key end as unit_key,
         case $8::text when 'study' then study.label else image.label end as label,
         coalesce('patient ' || study.patient_key, 'study ' || study.id) as patient,
         prediction.probability,
         prediction.entropy,
         prediction.degenerate,
         array[area_1, area_2, area_3, area_4, area_5, area_6, area_7, area_8] as areas,
         prediction_cam.grid
  from prediction
  join image on image.id = prediction.image_id
  join study on study.id = image.study_id
  left join prediction_cam
    on exists (select from policy where area_max is not null and area_column is null)
       and prediction_cam.model_id = prediction.model_id and prediction_cam.image_id = prediction.image_id
  where image.dataset_id = $1::bigint and prediction.model_id = $2::int
    and case $8::text when 'study' then study.label else image.label end is not null
    and image_passes(image, study, prediction.run_id, $10::image_filter)
    and ($8::text = 'image' or not exists (
      select from partly_taken_studies($1::bigint, $2::int, $10::image_filter) as part where part.study_id = image.study_id
    ))
), sampled as (
  select distinct on (patient) unit_id
  from fact
  order by patient, sha256(convert_to(unit_key, 'UTF8'))
), reading as (
  select position,
         unit_id,
         label,
         triage_reason(
           probability,
           entropy,
           case when area_max is null then null
                when area_column is null then cam_area(grid, alpha)
                else areas[area_column]
           end,
           degenerate, p_low, entropy_max, area_max
         ) as reason
  from fact cross join policy
  where not $9::boolean or unit_id in (select unit_id from sampled)
), unit as (
  select position,
         label,
         case when bool_or(reason = 'localised') then 'positive'
              when bool_and(reason = 'below_p_low') then 'negative'
              else 'inconclusive'
         end as outcome
  from reading
  group by position, unit_id, label
)
select position,
       outcome,
       label,
       count(*) as units
from unit
group by position, outcome, label
order by position, outcome, label;
