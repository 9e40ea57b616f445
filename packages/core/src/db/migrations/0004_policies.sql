-- Calibrators, policies and certificates: what an analyst decided, on which images, and what was promised of it.
-- Rows are evidence, so none is changed or deleted: a correction is a new version, an end is written beside it once.
-- Archives are kept by name, not by reference: one can be removed, as its patients may ask, without the record of
-- what was decided on it. Counts and thresholds only; no row names a patient, study or image.

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% rows are not changed or deleted', tg_table_name
    using errcode = 'restrict_violation', hint = 'Make a new version instead.';
end $$;
comment on function refuse_change is 'Trigger of tables whose rows are evidence.';

-- Arguments: the columns that say when, by whom and why a row ended; the first is the time.
create function allow_only_ending() returns trigger language plpgsql as $$
begin
  if to_jsonb(old) -> tg_argv[0] = 'null' and to_jsonb(new) -> tg_argv[0] <> 'null'
     and to_jsonb(old) - tg_argv = to_jsonb(new) - tg_argv then
    return new;
  end if;
  raise exception '% rows only change once, by ending', tg_table_name using errcode = 'restrict_violation';
end $$;
comment on function allow_only_ending is 'Trigger of tables whose rows are evidence, but for the columns that say that a row ended.';

create table calibrator (
  id int generated always as identity primary key,
  name text not null check (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$'),
  version int not null check (version >= 1),
  model_id int not null references model,
  method text not null generated always as (params ->> 'method') stored check (method in ('temperature', 'platt', 'beta', 'isotonic')),
  params jsonb not null check (jsonb_typeof(params) = 'object'),
  dataset text not null,
  splits text[],
  body_parts text[],
  images int not null check (images > 0),
  positives int not null check (positives between 0 and images),
  metrics jsonb not null,
  fingerprint text not null check (fingerprint ~ '^[0-9a-f]{64}$'),
  author text,
  note text,
  created_at timestamptz not null default now(),
  unique (name, version)
);
comment on table calibrator is 'A monotone map from stored probabilities to calibrated ones, fit on labelled images; applied when read, never written over a fact.';
comment on column calibrator.params is 'As CALIBRATOR_SCHEMA of core/calibration; what calibrate() takes.';
comment on column calibrator.splits is 'Splits of the images it was fit on; null for all. Likewise body_parts.';
comment on column calibrator.metrics is 'On the images it was fit on, so too good: {"before": {"ece", "brier", "nll"}, "after": {...}}.';
comment on column calibrator.fingerprint is 'SHA-256 of the facts and labels it was fit on.';
create trigger calibrator_unchanged before update or delete on calibrator for each row execute function refuse_change();
create trigger calibrator_kept before truncate on calibrator for each statement execute function refuse_change();

create table policy (
  id int generated always as identity primary key,
  name text not null check (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$'),
  version int not null check (version >= 1),
  level text not null check (level in ('image', 'study')),
  p_low float8 not null check (p_low >= 0 and p_low <= 1),
  p_low_scale text not null check (p_low_scale in ('raw', 'calibrated')),
  calibrator_id int references calibrator,
  p_cut real not null check (p_cut >= 0 and (p_cut <= 1 or p_cut = 'Infinity')),
  entropy_max float8 check (entropy_max >= 0 and entropy_max < 'Infinity'),
  area_max float8 check (area_max >= 0 and area_max <= 1),
  alpha float8 not null check (alpha >= 0 and alpha < 1),
  tuning jsonb,
  author text,
  note text,
  created_at timestamptz not null default now(),
  unique (name, version),
  check (p_low_scale = 'raw' or calibrator_id is not null)
);
comment on table policy is 'Named, versioned thresholds of the triage rule.';
comment on column policy.p_low is 'As it was asked for, on p_low_scale.';
comment on column policy.p_cut is 'The smallest stored probability that p_low lets pass: p_low itself on the raw scale. Infinity when the calibrator reaches p_low nowhere.';
comment on column policy.level is 'What the outcome is of. A study is positive when any of its images is, else inconclusive when any is, else negative.';
comment on column policy.tuning is 'The images and search that chose it; null when a person gave the thresholds.';
create trigger policy_unchanged before update or delete on policy for each row execute function refuse_change();
create trigger policy_kept before truncate on policy for each statement execute function refuse_change();

create table policy_activation (
  id bigint generated always as identity primary key,
  policy_id int not null references policy,
  model_id int not null references model,
  dataset text,
  activated_at timestamptz not null default clock_timestamp(),
  activated_by text,
  note text,
  retired_at timestamptz,
  retired_by text,
  retired_note text,
  check (retired_at >= activated_at)
);
create unique index policy_activation_active on policy_activation (model_id, coalesce(dataset, '')) where retired_at is null;
comment on table policy_activation is 'Which policy was in force where and when. At most one at a time for a model and dataset; a null dataset is the model''s default for datasets without their own.';
create trigger policy_activation_only_ends before update on policy_activation
  for each row execute function allow_only_ending('retired_at', 'retired_by', 'retired_note');
create trigger policy_activation_kept_rows before delete on policy_activation for each row execute function refuse_change();
create trigger policy_activation_kept before truncate on policy_activation for each statement execute function refuse_change();

create table certificate (
  id bigint generated always as identity primary key,
  policy_id int not null references policy,
  model_id int not null references model,
  dataset text not null,
  splits text[],
  body_parts text[],
  body_part text,
  result text not null check (result in ('certified', 'refused')),
  claims jsonb not null check (jsonb_typeof(claims) = 'array'),
  confidence float8 not null check (confidence > 0 and confidence < 1),
  delta float8 not null check (delta > 0 and delta <= 1 - confidence + 1e-12),
  method text not null check (method in ('fixed-sequence', 'holm')),
  candidates int not null check (candidates >= 1),
  sampling text not null check (sampling in ('one-per-patient', 'all')),
  units int not null check (units >= 0),
  positives int not null check (positives between 0 and units),
  patients int not null check (patients >= 0),
  patients_unknown boolean not null,
  earlier_tests int not null check (earlier_tests >= 0),
  needed jsonb not null,
  fingerprint text not null check (fingerprint ~ '^[0-9a-f]{64}$'),
  author text,
  created_at timestamptz not null default now(),
  revoked_at timestamptz,
  revoked_by text,
  revoked_note text
);
create index certificate_policy on certificate (policy_id);
comment on table certificate is 'A test of a policy''s claims on labelled images that did not choose it: passed (certified) or not (refused). See docs/POLICIES.md for what it says.';
comment on column certificate.body_part is 'The body part it is for; null when it is for all images of the filter (pooled).';
comment on column certificate.claims is '[{"metric", "target", "successes", "trials", "bound", "pValue"}, ...]; bound is the exact one-sided lower bound at level delta.';
comment on column certificate.delta is 'This certificate''s share of 1 - confidence.';
comment on column certificate.candidates is 'Policies in the sequence that were to be tested at this share.';
comment on column certificate.sampling is 'one-per-patient: independent units. all: several of a patient were taken as independent, so the bounds are too good.';
comment on column certificate.units is 'Labelled images or studies (by the policy''s level) tested on.';
comment on column certificate.patients_unknown is 'Some images name no patient; each of their studies was taken as a patient.';
comment on column certificate.earlier_tests is 'Certificates asked for on the same images before. Each more try on the same images weakens the promise.';
comment on column certificate.needed is 'Where refused: [{"metric", "of", "more", "moreLabelled"}, ...], about how many more labels it would take.';
comment on column certificate.fingerprint is 'SHA-256 of the facts and labels of the images tested on.';
create trigger certificate_only_ends before update on certificate
  for each row execute function allow_only_ending('revoked_at', 'revoked_by', 'revoked_note');
create trigger certificate_kept_rows before delete on certificate for each row execute function refuse_change();
create trigger certificate_kept before truncate on certificate for each statement execute function refuse_change();

create view active_policy as
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
       ) as certified
from policy_activation
join policy on policy.id = policy_activation.policy_id
join model on model.id = policy_activation.model_id
where retired_at is null;
comment on view active_policy is 'The policy in force for each model and dataset; a null dataset is the model''s default.';
comment on column active_policy.p_cut is 'What triage_reason takes as p_low.';
comment on column active_policy.certified is 'It has a pooled certificate on that dataset (on any, for a default) that was not revoked.';

-- The closed forms of core/calibration, so that an analyst reads calibrated probabilities beside the raw facts.

create function calibrate_logistic(probability real, a float8, b float8, c float8) returns float8
language sql immutable parallel safe
return case
  when probability = 0 and a > 0 then 0
  when probability = 1 and b > 0 then 1
  -- 0 times an infinite logarithm is 0, and exp stays within its range.
  else 1 / (1 + exp(-greatest(-700, least(700,
         case when probability = 0 then 0 else a * ln(probability::float8) end
         - case when probability = 1 then 0 else b * ln(1 - probability::float8) end + c))))
end;
comment on function calibrate_logistic is 'Temperature, Platt and beta calibration: the sigmoid of a ln p - b ln(1 - p) + c.';

-- A bisection, and so in plpgsql: unnesting the breakpoints for each row took 240 us with 46 of them, this takes 13.
create function calibrate_isotonic(probability real, probabilities jsonb, calibrated jsonb) returns float8
language plpgsql immutable parallel safe strict as $$
declare
  p constant float8 := probability;
  below int := -1;
  above int := jsonb_array_length(probabilities);
  middle int;
  level float8;
  next_level float8;
  start float8;
begin
  while above - below > 1 loop
    middle := (below + above) / 2;
    if (probabilities ->> middle)::float8 <= p then below := middle; else above := middle; end if;
  end loop;
  if below < 0 then return (calibrated ->> 0)::float8; end if;
  level := (calibrated ->> below)::float8;
  if above = jsonb_array_length(probabilities) then return level; end if;
  next_level := (calibrated ->> above)::float8;
  start := (probabilities ->> below)::float8;
  return least(level + (p - start) / ((probabilities ->> above)::float8 - start) * (next_level - level), next_level);
end $$;
comment on function calibrate_isotonic is 'Isotonic calibration: linear between breakpoints, constant beyond them.';

create function calibrate(probability real, params jsonb) returns float8 language sql immutable parallel safe
return case params ->> 'method'
  when 'isotonic' then calibrate_isotonic(probability, params -> 'probabilities', params -> 'calibrated')
  when 'temperature' then calibrate_logistic(
    probability, 1 / (params ->> 'temperature')::float8, 1 / (params ->> 'temperature')::float8, 0)
  when 'platt' then calibrate_logistic(
    probability, (params ->> 'slope')::float8, (params ->> 'slope')::float8, (params ->> 'intercept')::float8)
  when 'beta' then calibrate_logistic(
    probability, (params ->> 'a')::float8, (params ->> 'b')::float8, (params ->> 'c')::float8)
end;
comment on function calibrate is 'A stored probability through calibrator.params; in [0, 1]. Decisions do not need it: compare the raw probability with policy.p_cut.';

-- How close a reading was, beside triage_reason.
create function triage_threshold(
  probability real, entropy real, area real, degenerate boolean, p_low real, entropy_max real, area_max real
) returns text language sql immutable parallel safe
return case triage_reason(probability, entropy, area, degenerate, p_low, entropy_max, area_max)
  when 'entropy_above' then 'entropy_max'
  when 'area_above' then 'area_max'
  when 'localised' then (
    select case when entropy_share < p_share and entropy_share <= coalesce(area_share, entropy_share) then 'entropy_max'
                when area_share < p_share then 'area_max'
                else 'p_low'
           end
    from (
      select case when p_low = 1 then 0 else (probability::float8 - p_low::float8) / (1 - p_low::float8) end as p_share,
             case when entropy_max = 0 then 0 else (entropy_max::float8 - entropy::float8) / entropy_max::float8 end as entropy_share,
             case when area_max = 0 then 0 else (area_max::float8 - area::float8) / area_max::float8 end as area_share
    ) as room
  )
  else 'p_low'
end;
comment on function triage_threshold is 'Which threshold decides a reading: the one that failed; for a positive the one with the least share of its passing range left; p_low where no gate could be read.';

create function triage_margin(
  threshold text, probability real, entropy real, area real, p_low real, entropy_max real, area_max real
) returns float8 language sql immutable parallel safe
return case threshold
  when 'p_low' then nullif(probability::float8 - p_low::float8, '-Infinity'::float8)
  when 'entropy_max' then entropy_max::float8 - entropy::float8
  when 'area_max' then area_max::float8 - area::float8
end;
comment on function triage_margin is 'Distance of the fact inside (0 or more) or outside (below 0) a threshold, in its own units; null when p_low is out of reach.';
