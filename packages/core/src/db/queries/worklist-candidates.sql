-- Which studies without a label or a reviewer's verdict are read least surely?
-- Params: $1 dataset_id bigint; $2 model_id int; $3 p_low real; $4 entropy_max real, null for no gate; $5 area_max real,
--   null for no gate; $6 area_column int in 1..8, null to count areas from the stored grids at $7; $7 alpha float8;
--   $8 filter image_filter; $9 limit int of the inconclusive studies, and of the decided ones.
-- Rows: one per candidate: inconclusive first, each kind by rising distance. A study is positive when any view is, else
--   inconclusive when any is, else negative; none is taken in part. `distance` is how far the facts are from another
--   outcome, as a share of what lies between the threshold and the end of the fact's range (of the maximum, for gates): the
--   least of any view; for a positive study, which stays so while any view is, the largest of its positive views.
--   `waiting` and `waiting_inconclusive` count the studies before the limit.
-- Each step is materialized: folded into each other, the rule's functions would be computed many times a row, and 250,000
-- views take twice as long.
with view as (
  select image.study_id,
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
    and study.label is null
    and not exists (select from image as sibling where sibling.study_id = study.id and sibling.label is not null)
    and not exists (select from study_verdict where study_verdict.study_id = study.id)
    and image_passes(image, study, prediction.run_id, $8::image_filter)
    and not exists (
      select from partly_taken_studies($1::bigint, $2::int, $8::image_filter) as part where part.study_id = image.study_id
    )
), reading as materialized (
  select *,
         triage_reason(probability, entropy, area, degenerate, $3::real, $4::real, $5::real) as reason,
         triage_threshold(probability, entropy, area, degenerate, $3::real, $4::real, $5::real) as threshold
  from view
), placed as materialized (
  select *,
         triage_margin(threshold, probability, entropy, area, $3::real, $4::real, $5::real) as margin
  from reading
), distant as (
  select study_id,
         probability,
         reason,
         threshold,
         coalesce(
           abs(margin) / nullif(
             case threshold
               when 'entropy_max' then $4::real
               when 'area_max' then $5::real
               else case when margin < 0 then $3::real else 1 - $3::real end
             end,
             0
           ),
           1
         ) as distance
  from placed
), pooled as (
  select study_id,
         count(*)::int as views,
         max(probability) as probability,
         bool_or(reason = 'localised') as positive,
         bool_and(reason = 'below_p_low') as negative
  from distant
  group by study_id
), deciding as (
  select distinct on (study_id)
         study_id,
         pooled.views,
         pooled.probability,
         case when pooled.positive then 'positive' when pooled.negative then 'negative' else 'inconclusive' end as outcome,
         distant.threshold,
         distant.distance
  from pooled
  join distant using (study_id)
  where case when pooled.positive then reason = 'localised'
             when pooled.negative then true
             else reason not in ('localised', 'below_p_low')
        end
  order by study_id, case when pooled.positive then -distant.distance else distant.distance end, distant.threshold
), ranked as (
  select *,
         row_number() over (partition by outcome = 'inconclusive' order by distance, study_id) as place,
         count(*) over () as waiting,
         count(*) filter (where outcome = 'inconclusive') over () as waiting_inconclusive
  from deciding
)
select ranked.study_id,
       study.study_key,
       study.body_part,
       study.split,
       ranked.views,
       ranked.probability,
       ranked.outcome,
       ranked.threshold,
       ranked.distance,
       ranked.waiting,
       ranked.waiting_inconclusive
from ranked
join study on study.id = ranked.study_id
where ranked.place <= $9::int
order by ranked.outcome <> 'inconclusive', ranked.distance, ranked.study_id;
