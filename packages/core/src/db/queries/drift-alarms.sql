-- On how many datasets does a model see other images than its policy was certified on?
-- Params: none.
-- Rows: one per model that was checked. Of each policy and dataset the last check counts.
with latest as (
  select distinct on (model_id, policy_id, current_dataset) model_id, current_dataset, alarm
  from drift_check
  order by model_id, policy_id, current_dataset, id desc
)
select model.name as model, (count(distinct current_dataset) filter (where alarm))::int as datasets
from latest join model on model.id = latest.model_id
group by model.name
order by model.name;
