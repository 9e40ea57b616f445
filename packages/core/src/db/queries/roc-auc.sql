-- How well does the probability alone rank fractures over others? Mann-Whitney, a tie counting one half.
-- Params: $1 dataset_id bigint; $2 model_id int; $3 filter image_filter.
-- Rows: one: roc_auc, null when a class is absent. Sums of integers, so it does not depend on row order.
with score as (
  select prediction.probability,
         count(*) filter (where image.label = 1) as positive,
         count(*) filter (where image.label = 0) as negative
  from prediction
  join image on image.id = prediction.image_id
  join study on study.id = image.study_id
  where image.dataset_id = $1::bigint and prediction.model_id = $2::int and image.label is not null
    and image_passes(image, study, prediction.run_id, $3::image_filter)
  group by prediction.probability
), ranked as (
  select positive,
         negative,
         sum(negative) over (order by probability) - negative as negative_below
  from score
)
select sum(positive * (2 * negative_below + negative))::float8
         / nullif((2 * sum(positive) * sum(negative))::float8, 0) as roc_auc
from ranked;
