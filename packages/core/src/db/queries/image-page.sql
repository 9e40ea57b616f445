-- Which images does a dataset have, what did a model say of each, and what is its outcome under a policy?
-- Params: $1 dataset_id bigint; $2 model_id int, null for no facts; $3 p_low real, null for no policy; $4 entropy_max real,
--   null for no gate; $5 area_max real, null for no gate; $6 area_column int in 1..8, null to count areas from the stored
--   grids at $7; $7 alpha float8; $8 after_id bigint, null for the first page; $9 body_parts text[]; $10 splits text[];
--   $11 label smallint; $12 outcomes text[]; $13 study_id bigint; $14 image_id bigint (each null for all); $15 limit int.
-- Rows: one per image after $8, by image id; facts are null where the model has not scored it, reason and what follows
--   also without a policy.
with fact as (
  select image.id as image_id,
         image.study_id,
         image.object_key,
         study.study_key,
         coalesce(image.body_part, study.body_part) as body_part,
         coalesce(image.split, study.split) as split,
         image.view,
         image.hardware,
         image.label,
         image.byte_size,
         image.width,
         image.height,
         quarantine.code as quarantine_code,
         prediction.probability,
         prediction.logit,
         prediction.entropy,
         prediction.entropy_normalized,
         prediction.degenerate,
         case when $5::real is null then null
              when $6::int is null then cam_area(prediction_cam.grid, $7::float8)
              else (array[area_1, area_2, area_3, area_4, area_5, area_6, area_7, area_8])[$6::int]
         end as area
  from image
  join study on study.id = image.study_id
  left join prediction on prediction.image_id = image.id and prediction.model_id = $2::int
  left join prediction_cam
    on $6::int is null and $5::real is not null
       and prediction_cam.model_id = prediction.model_id and prediction_cam.image_id = prediction.image_id
  left join quarantine on quarantine.image_id = image.id and quarantine.model_id = $2::int
  where image.dataset_id = $1::bigint
    and image.id > coalesce($8::bigint, 0)
    and ($9::text[] is null or coalesce(image.body_part, study.body_part) = any ($9))
    and ($10::text[] is null or coalesce(image.split, study.split) = any ($10))
    and ($11::smallint is null or image.label = $11)
    and ($13::bigint is null or image.study_id = $13)
    and ($14::bigint is null or image.id = $14)
), reading as (
  select *,
         case when probability is not null and $3::real is not null
              then triage_reason(probability, entropy, area, degenerate, $3::real, $4::real, $5::real)
         end as reason
  from fact
), decided as (
  select *,
         case reason when 'localised' then 'positive' when 'below_p_low' then 'negative' else 'inconclusive' end as outcome
  from reading
)
select image_id,
       study_id,
       object_key,
       study_key,
       body_part,
       split,
       view,
       hardware,
       label,
       byte_size,
       width,
       height,
       quarantine_code,
       probability,
       logit,
       entropy,
       entropy_normalized,
       degenerate,
       area,
       reason,
       case when reason is not null then outcome end as outcome
from decided
where $12::text[] is null or (reason is not null and outcome = any ($12))
order by image_id
limit $15::int;
