-- How old is what the policies in force are certified by?
-- Params: none.
-- Rows: one per model and policy in force. A policy in force on several datasets has the age of the worst of them; null
-- where one of them has no pooled certificate that was not revoked and did not expire.
with in_force as (
  select policy_activation.id, policy_activation.model_id, policy_activation.policy_id, policy_activation.dataset
  from policy_activation
  where retired_at is null
),
newest as (
  select in_force.id, in_force.model_id, in_force.policy_id, max(certificate.created_at) as created_at
  from in_force
  left join certificate
    on certificate.policy_id = in_force.policy_id and certificate.model_id = in_force.model_id
   and (in_force.dataset is null or certificate.dataset = in_force.dataset)
   and certificate.body_part is null and certificate.result = 'certified' and certificate.revoked_at is null
   and not exists (select from certificate_expiry where certificate_id = certificate.id)
  group by in_force.id, in_force.model_id, in_force.policy_id
)
select model.name as model,
       policy.name as policy,
       case when bool_and(newest.created_at is not null)
            then extract(epoch from now() - min(newest.created_at))::float8
       end as age_seconds
from newest
join model on model.id = newest.model_id
join policy on policy.id = newest.policy_id
group by model.name, policy.name
order by model.name, policy.name;
