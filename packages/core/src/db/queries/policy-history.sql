-- Which policies were in force, where and when?
-- Params: $1 name of a policy text, or null for all.
-- Rows: one per activation, the latest first; a null dataset is the model's default, a null retiredAt still in force.
select policy.name as policy,
       policy.version,
       model.name as model,
       policy_activation.dataset,
       activated_at as "activatedAt",
       activated_by as "activatedBy",
       policy_activation.note,
       retired_at as "retiredAt",
       retired_by as "retiredBy",
       retired_note as "retiredNote",
       exists (
         select from certificate
         where certificate.policy_id = policy.id and certificate.model_id = policy_activation.model_id
           and (policy_activation.dataset is null or certificate.dataset = policy_activation.dataset)
           and body_part is null and result = 'certified' and revoked_at is null
           and not exists (select from certificate_expiry where certificate_id = certificate.id)
       ) as certified
from policy_activation
join policy on policy.id = policy_activation.policy_id
join model on model.id = policy_activation.model_id
where $1::text is null or policy.name = $1::text
order by activated_at desc, policy_activation.id desc;
