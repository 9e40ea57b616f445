-- Whether what is scored now is still like what a policy was certified on, and what that does to certificates.

create table prediction_quality (
  model_id int not null,
  image_id bigint not null,
  brightness real not null check (brightness between 0 and 1),
  contrast real not null check (contrast between 0 and 1),
  border real not null check (border between 0 and 1),
  sharpness real not null check (sharpness between 0 and 4),
  primary key (model_id, image_id),
  foreign key (model_id, image_id) references prediction (model_id, image_id) on delete cascade
);
comment on table prediction_quality is 'How an image looked to the network, measured on its input pixels. Of images scored by workers; external scores have none.';
comment on column prediction_quality.brightness is 'Mean grey value, in [0, 1].';
comment on column prediction_quality.contrast is 'Standard deviation of the grey values.';
comment on column prediction_quality.border is 'Share of nearly black pixels: collimation and background.';
comment on column prediction_quality.sharpness is 'Mean absolute Laplacian of the grey values.';

create or replace function drop_model_partition() returns trigger language plpgsql as $$
begin
  delete from prediction_cam where model_id = old.id;
  delete from prediction_embedding where model_id = old.id;
  delete from prediction_quality where model_id = old.id;
  execute format('alter table prediction detach partition prediction_model_%s', old.id);
  execute format('drop table prediction_model_%s', old.id);
  return old;
end $$;

create table drift_check (
  id bigint generated always as identity primary key,
  model_id int not null references model,
  policy_id int references policy,
  reference_dataset text not null,
  reference_filter jsonb not null check (jsonb_typeof(reference_filter) = 'object'),
  reference_images bigint not null check (reference_images >= 0),
  reference_fingerprint text not null,
  current_dataset text not null,
  current_filter jsonb not null check (jsonb_typeof(current_filter) = 'object'),
  current_images bigint not null check (current_images >= 0),
  current_fingerprint text not null,
  shared_images bigint not null check (shared_images >= 0),
  rule jsonb not null,
  measures jsonb not null check (jsonb_typeof(measures) = 'array'),
  alarm boolean not null,
  author text,
  created_at timestamptz not null default clock_timestamp()
);
create index drift_check_current on drift_check (current_dataset, id);
comment on table drift_check is 'A comparison of two windows of scored images of one model; append-only. docs/DRIFT.md tells what its measures say.';
comment on column drift_check.policy_id is 'Whose abstentions were compared; null when no policy was in force or named.';
comment on column drift_check.reference_filter is 'As canonicalFilter of core/facts.';
comment on column drift_check.reference_fingerprint is 'SHA-256 of the facts and labels of the window.';
comment on column drift_check.shared_images is 'Images in both windows, which make them look alike.';
comment on column drift_check.rule is 'When a measure is an alarm: {"alpha", "correction", "thresholds"}.';
comment on column drift_check.measures is '[{"name", "kind", "test", "statistic", "pValue", "adjusted", "effect", "threshold", "verdict", ...}, ...].';
comment on column drift_check.alarm is 'Any measure is an alarm.';
create trigger drift_check_unchanged before update or delete on drift_check for each row execute function refuse_change();
create trigger drift_check_kept before truncate on drift_check for each statement execute function refuse_change();
create trigger drift_check_audited after insert on drift_check for each row execute function audit_row('measures');

create table certificate_expiry (
  id bigint generated always as identity primary key,
  certificate_id bigint not null unique references certificate,
  drift_check_id bigint not null references drift_check,
  reason text not null check (length(reason) between 1 and 4000),
  author text,
  created_at timestamptz not null default clock_timestamp()
);
comment on table certificate_expiry is 'Certificates that no longer hold because the images changed; append-only. A revocation is a person''s decision, this a measurement.';
create trigger certificate_expiry_unchanged before update or delete on certificate_expiry for each row execute function refuse_change();
create trigger certificate_expiry_kept before truncate on certificate_expiry for each statement execute function refuse_change();
create trigger certificate_expiry_audited after insert on certificate_expiry for each row execute function audit_row();

create or replace view active_policy as
select model.name as model,
       policy_activation.dataset,
       policy.name as policy,
       policy.version,
       policy.level,
       policy.p_low,
       policy.p_low_scale,
       policy.p_cut,
       policy.entropy_max,
       policy.area_max,
       policy.alpha,
       policy_activation.activated_at,
       policy_activation.activated_by,
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
where retired_at is null;
comment on column active_policy.certified is 'It has a pooled certificate on that dataset (on any, for a default) that neither was revoked nor expired.';

create or replace view analyst.certificate as
select certificate.id as certificate_id,
       policy_id,
       dataset,
       body_part,
       result,
       claims,
       confidence,
       units,
       revoked_at,
       certificate.created_at,
       certificate_expiry.created_at as expired_at,
       certificate_expiry.reason as expired_reason
from public.certificate
left join public.certificate_expiry on certificate_expiry.certificate_id = certificate.id;
comment on column analyst.certificate.expired_at is 'When a drift alarm ended it; null while none did.';
comment on column analyst.certificate.expired_reason is 'What had drifted.';

create view analyst.drift_measure as
select drift_check.id as drift_check_id,
       model.name as model,
       current_dataset as dataset,
       drift_check.created_at,
       measure.name as measure,
       measure.test,
       measure.statistic,
       measure."pValue" as p_value,
       measure.adjusted as adjusted_p_value,
       measure.effect,
       measure.threshold,
       measure.verdict
from public.drift_check
join public.model on model.id = drift_check.model_id
cross join lateral jsonb_to_recordset(measures) as measure (
  name text, test text, statistic float8, "pValue" float8, adjusted float8, effect float8, threshold float8, verdict text
);
comment on view analyst.drift_measure is 'Measures of every drift check, one a row. docs/DRIFT.md tells what they say.';
comment on column analyst.drift_measure.drift_check_id is 'Number of the check.';
comment on column analyst.drift_measure.model is 'Name of the model whose scores were compared.';
comment on column analyst.drift_measure.dataset is 'Name of the archive of the current window.';
comment on column analyst.drift_measure.created_at is 'When it was checked.';
comment on column analyst.drift_measure.measure is 'What was compared: probability, body_part, abstention, ...';
comment on column analyst.drift_measure.test is 'The test of its p-value; null where a window had nothing to compare.';
comment on column analyst.drift_measure.statistic is 'Of the test; null for Fisher''s exact test.';
comment on column analyst.drift_measure.p_value is 'Chance of a difference at least as large without drift, images taken as independent.';
comment on column analyst.drift_measure.adjusted_p_value is 'As p_value, for all measures of the check together.';
comment on column analyst.drift_measure.effect is 'How large the difference is: PSI, share moved, difference of rates, or squared MMD.';
comment on column analyst.drift_measure.threshold is 'The effect from which it matters.';
comment on column analyst.drift_measure.verdict is 'alarm, small, unsure, steady or untested.';
