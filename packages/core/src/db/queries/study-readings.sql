-- What is each study's outcome under one policy, by every rule of reading a study from its views?
-- Params: $1 dataset_id bigint; $2 model_id int; $3 p_low real; $4 entropy_max real, null for no gate; $5 area_max real,
--   null for no gate; $6 area_column int in 1..8, null to count areas from the stored grids at $7; $7 alpha float8;
--   $8 filter image_filter.
-- Rows: one per study with a scored view that the filter takes, by study key; none taken in part. `views` counts
--   those, `images` all of the study. Sums run over rising probabilities, so that row order cannot change a bit. The
--   leading view has the highest probability, of equal ones the lowest id. `cluster` is one number for all studies of a patient.
with patient as (
  select patient_key,
         min(id) as cluster
  from study
  where dataset_id = $1::bigint and patient_key is not null
  group by patient_key
), view as (
  select image.study_id,
         image.id as image_id,
         prediction.probability,
         prediction.entropy,
         prediction.degenerate,
         case when $5::real is null then null
              when $6::int is null then cam_area(prediction_cam.grid, $7::float8)
              else (array[area_1, area_2, area_3, area_4, area_5, area_6, area_7, area_8])[$6::int]
         end as area
  from prediction
  join image on image.id = prediction.image_id
  join study on study.id = image.study_id
  left join prediction_cam
    on $6::int is null and $5::real is not null
       and prediction_cam.model_id = prediction.model_id and prediction_cam.image_id = prediction.image_id
  where image.dataset_id = $1::bigint and prediction.model_id = $2::int
    and image_passes(image, study, prediction.run_id, $8::image_filter)
    and not exists (
      select from partly_taken_studies($1::bigint, $2::int, $8::image_filter) as part where part.study_id = image.study_id
    )
), read as (
  select *,
         triage_reason(probability, entropy, area, degenerate, $3::real, $4::real, $5::real) as reason
  from view
), pooled as (
  select study_id,
         count(*) as views,
         -- A cast to real refuses what would round to 0: at most half of the smallest real, 2^-149.
         case when sum(probability::float8 order by probability) / count(*) > 2::float8 ^ (-150)
              then (sum(probability::float8 order by probability) / count(*))::real
              else 0
         end as mean,
         max(probability) as max,
         min(probability) as min,
         noisy_or(probability order by probability)::real as noisy_or,
         (array_agg(entropy order by probability desc, image_id))[1] as entropy,
         (array_agg(area order by probability desc, image_id))[1] as area,
         (array_agg(degenerate order by probability desc, image_id))[1] as degenerate,
         case when bool_or(reason = 'localised') then 'positive'
              when bool_and(reason = 'below_p_low') then 'negative'
              else 'inconclusive'
         end as by_views
  from read
  group by study_id
)
select study.id as study_id,
       study.study_key,
       coalesce(patient.cluster, study.id) as cluster,
       study.body_part,
       study.split,
       study.label,
       (select count(*) from image where image.study_id = study.id) as images,
       pooled.views,
       pooled.mean,
       pooled.max,
       pooled.min,
       pooled.noisy_or,
       pooled.by_views,
       triage_reason(mean, entropy, area, degenerate, $3::real, $4::real, $5::real) as mean_reason,
       triage_reason(max, entropy, area, degenerate, $3::real, $4::real, $5::real) as max_reason,
       triage_reason(min, entropy, area, degenerate, $3::real, $4::real, $5::real) as min_reason,
       triage_reason(noisy_or, entropy, area, degenerate, $3::real, $4::real, $5::real) as noisy_or_reason
from pooled
join study on study.id = pooled.study_id
left join patient on patient.patient_key = study.patient_key
order by study.study_key;
