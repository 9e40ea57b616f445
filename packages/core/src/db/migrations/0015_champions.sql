-- Which model is in use, what it was compared with, and how it came to be in use. Rows are evidence: none is changed.

create table model_comparison (
  id bigint generated always as identity primary key,
  champion_id int not null references model,
  challenger_id int not null references model,
  dataset text not null,
  splits text[],
  body_parts text[],
  conditions jsonb not null default '{}',
  level text not null check (level in ('image', 'study')),
  champion_policy_id int references policy,
  challenger_policy_id int references policy,
  champion_thresholds jsonb not null,
  challenger_thresholds jsonb not null,
  rule jsonb not null check (jsonb_typeof(rule) = 'object'),
  evidence jsonb not null check (jsonb_typeof(evidence) = 'object'),
  certificate jsonb not null,
  excluded jsonb not null,
  flips jsonb not null check (jsonb_typeof(flips) = 'array'),
  promote boolean not null,
  reasons jsonb not null check (jsonb_typeof(reasons) = 'array'),
  champion_fingerprint text not null check (champion_fingerprint ~ '^[0-9a-f]{64}$'),
  challenger_fingerprint text not null check (challenger_fingerprint ~ '^[0-9a-f]{64}$'),
  author text,
  created_at timestamptz not null default now(),
  check (champion_id <> challenger_id)
);
create index model_comparison_challenger on model_comparison (challenger_id, champion_id, id);
comment on table model_comparison is 'Two models on the same labelled images, and whether the declared rule lets the challenger take the champion''s place.';
comment on column model_comparison.champion_thresholds is 'The policy read with, p_low on the raw scale; champion_policy_id is null when it was given as thresholds. Likewise of the challenger.';
comment on column model_comparison.evidence is 'As ComparisonEvidence of core/comparison: what the rule was applied to.';
comment on column model_comparison.certificate is '{"champion", "challenger", "problem"}: whether the policies were certified then.';
comment on column model_comparison.excluded is '{"onlyChampion", "onlyChallenger", "unlabelled"}: images or studies that were not compared, and why.';
comment on column model_comparison.flips is '[{"champion", "challenger", "units", "positives", "negatives", "unlabelled"}, ...]: how many were read as each pair of outcomes.';
comment on column model_comparison.champion_fingerprint is 'SHA-256 of the champion''s facts and the labels compared on: a promotion is refused when they are others by then.';
create trigger model_comparison_unchanged before update or delete on model_comparison for each row execute function refuse_change();
create trigger model_comparison_kept before truncate on model_comparison for each statement execute function refuse_change();
create trigger model_comparison_audited after insert on model_comparison
  for each row execute function audit_row('evidence', 'flips', 'certificate', 'excluded', 'champion_thresholds', 'challenger_thresholds');

create table promotion (
  id bigint generated always as identity primary key,
  dataset text,
  action text not null check (action in ('promoted', 'rolled_back')),
  model_id int not null references model,
  policy_id int references policy,
  previous_id bigint references promotion,
  restores_id bigint references promotion,
  comparison_id bigint references model_comparison,
  forced boolean not null default false,
  reason text check (length(reason) between 1 and 4000),
  author text,
  created_at timestamptz not null default clock_timestamp(),
  check ((action = 'rolled_back') = (restores_id is not null)),
  check (not forced or reason is not null),
  check (action = 'promoted' or (comparison_id is null and policy_id is null and not forced))
);
create index promotion_dataset on promotion (dataset, id);
comment on table promotion is 'How models came into use, in order. The last row of a dataset tells its champion; a null dataset is for those without a champion of their own.';
comment on column promotion.policy_id is 'The policy put in force for the model with it; null when none was.';
comment on column promotion.previous_id is 'The promotion that was in effect before: what a rollback goes back to. Null for the first.';
comment on column promotion.restores_id is 'Of a rollback: the promotion that is in effect again.';
comment on column promotion.forced is 'Promoted without, or against, a comparison; reason says why.';
create trigger promotion_unchanged before update or delete on promotion for each row execute function refuse_change();
create trigger promotion_kept before truncate on promotion for each statement execute function refuse_change();
create trigger promotion_audited after insert on promotion for each row execute function audit_row();

create view champion as
select distinct on (coalesce(last.dataset, '')) last.dataset,
       model.id as model_id,
       model.name as model,
       model.kind = 'external' as external,
       effective.id as promotion_id,
       effective.previous_id,
       effective.policy_id,
       effective.comparison_id,
       effective.forced,
       last.action,
       last.author as since_by,
       last.created_at as since
from promotion as last
join promotion as effective on effective.id = coalesce(last.restores_id, last.id)
join model on model.id = last.model_id
order by coalesce(last.dataset, ''), last.id desc;
comment on view champion is 'The model in use for each dataset; a null dataset is for those without their own. promotion_id is the promotion in effect.';

create table retraining (
  id bigint generated always as identity primary key,
  dataset text not null,
  state text not null default 'requested'
    check (state in ('requested', 'training', 'scoring', 'certifying', 'comparing', 'deciding', 'completed', 'failed')),
  settings jsonb not null check (jsonb_typeof(settings) = 'object'),
  champion_id int not null references model,
  new_labels int not null check (new_labels >= 0),
  training_id uuid references training on delete set null,
  challenger_id int references model,
  run_ids uuid[] not null default '{}',
  calibrator_id int references calibrator,
  policy_id int references policy,
  comparison_id bigint references model_comparison,
  decision text check (decision in ('promoted', 'kept')),
  reasons text[] not null default '{}',
  error_code text,
  error_message text,
  created_at timestamptz not null default clock_timestamp(),
  finished_at timestamptz,
  check ((state = 'completed') = (decision is not null)),
  check ((state = 'failed') = (error_code is not null)),
  check ((state in ('completed', 'failed')) = (finished_at is not null))
);
create unique index retraining_open on retraining (dataset) where state not in ('completed', 'failed');
comment on table retraining is 'A challenger trained from a dataset''s champion, scored, certified, compared and promoted or not. A scheduler takes it from state to state; each step is done again when it was interrupted.';
comment on column retraining.settings is 'As RETRAINING_SETTINGS of core/retraining.';
comment on column retraining.new_labels is 'Labels that had come since the last training when it was requested.';
comment on column retraining.run_ids is 'The runs that score the splits it is judged on; empty when nothing was left to score.';
comment on column retraining.calibrator_id is 'Fit on the challenger''s scores; null where its labels allow none.';
comment on column retraining.policy_id is 'What the challenger is read with; the champion''s policy when null.';
comment on column retraining.reasons is 'Why it was decided so, a sentence each.';
create trigger retraining_audited after insert on retraining for each row execute function audit_row('settings');
