-- Which studies does a dataset have, what is each one's outcome under a policy, and what did reviewers say of it?
-- Params: $1 to $10 as image-page.sql, $8 a study id; $11 label smallint; $12 outcomes text[]; $13 reviewed boolean;
--   $14 study_id bigint (each null for all); $15 limit int.
-- Rows: one per study after $8, by study id. A study is positive when any scored view is, else inconclusive when any is,
--   else negative. `verdict` is the latest of any reviewer.
with read as (
  select study.id as study_id,
         study.study_key,
         study.body_part,
         study.split,
         study.label,
         views.images,
         views.views,
         views.probability,
         case when $3::real is null or views.views = 0 then null
              when views.positive then 'positive'
              when views.negative then 'negative'
              else 'inconclusive'
         end as outcome,
         review.verdicts,
         review.verdict
  from study
  cross join lateral (
    select count(*)::int as images,
           count(fact.probability)::int as views,
           max(fact.probability) as probability,
           bool_or(fact.reason = 'localised') as positive,
           bool_and(fact.reason = 'below_p_low') as negative
    from (
      select prediction.probability,
             case when prediction.probability is not null and $3::real is not null
                  then triage_reason(
                    prediction.probability, prediction.entropy,
                    case when $5::real is null then null
                         when $6::int is null then cam_area(prediction_cam.grid, $7::float8)
                         else (array[area_1, area_2, area_3, area_4, area_5, area_6, area_7, area_8])[$6::int]
                    end,
                    prediction.degenerate, $3::real, $4::real, $5::real)
             end as reason
      from image
      left join prediction on prediction.image_id = image.id and prediction.model_id = $2::int
      left join prediction_cam
        on $6::int is null and $5::real is not null
           and prediction_cam.model_id = prediction.model_id and prediction_cam.image_id = prediction.image_id
      where image.study_id = study.id
    ) as fact
  ) as views
  cross join lateral (
    select count(*)::int as verdicts,
           (array_agg(study_verdict.verdict order by study_verdict.id desc))[1] as verdict
    from study_verdict
    where study_verdict.study_id = study.id
  ) as review
  where study.dataset_id = $1::bigint
    and study.id > coalesce($8::bigint, 0)
    and ($9::text[] is null or study.body_part = any ($9))
    and ($10::text[] is null or study.split = any ($10))
    and ($11::smallint is null or study.label = $11)
    and ($13::boolean is null or (review.verdicts > 0) = $13)
    and ($14::bigint is null or study.id = $14)
)
select study_id,
       study_key,
       body_part,
       split,
       label,
       images,
       views,
       probability,
       outcome,
       verdicts,
       verdict
from read
where $12::text[] is null or outcome = any ($12)
order by study_id
limit $15::int;
