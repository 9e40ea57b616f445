-- Ends the certificates that a drift alarm speaks against: of its model, and its policy where it has one, tested on the
-- dataset of either window and still standing.
-- Params: $1 drift_check_id bigint; $2 reason text; $3 author text or null.
-- Rows: one per certificate ended, by id.
with standing as (
  select certificate.id
  from drift_check
  join certificate
    on certificate.model_id = drift_check.model_id
       and certificate.policy_id = coalesce(drift_check.policy_id, certificate.policy_id)
       and certificate.dataset in (drift_check.reference_dataset, drift_check.current_dataset)
  where drift_check.id = $1::bigint and drift_check.alarm
    and certificate.result = 'certified' and certificate.revoked_at is null
    and not exists (select from certificate_expiry where certificate_id = certificate.id)
), ended as (
  insert into certificate_expiry (certificate_id, drift_check_id, reason, author)
  select id, $1::bigint, $2::text, $3::text
  from standing
  on conflict (certificate_id) do nothing
  returning certificate_id
)
select certificate_id
from ended
order by certificate_id;
