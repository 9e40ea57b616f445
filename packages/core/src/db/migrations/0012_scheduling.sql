-- Run control, cron schedules and the timers of studies that are uploaded.

alter table run
  add column priority text not null default 'normal' check (priority in ('urgent', 'normal', 'off-peak')),
  add column paused_at timestamptz,
  add column not_scored bigint not null default 0 check (not_scored >= 0),
  add column image_ids bigint[] check (cardinality(image_ids) > 0),
  add column study_id bigint references study on delete cascade;
comment on column run.priority is 'urgent shards are taken before all others, off-peak ones when nothing else waits.';
comment on column run.paused_at is 'Set while an open run is paused: its shards are not started. Beside state, so that a run is paused before or after planning.';
comment on column run.not_scored is 'Members left when the run was cancelled: planned = scored + quarantined + not_scored once it ended.';
comment on column run.image_ids is 'The only images the run may plan, ascending; null for the whole dataset.';
comment on column run.study_id is 'The uploaded study the run scores.';

-- Runs of some images stand beside the one open run of the whole dataset: they are small and must not wait for it.
drop index run_open;
create unique index run_open on run (dataset_id, model_id) where state in ('planning', 'running') and image_ids is null;
create unique index run_open_study on run (study_id, model_id) where state in ('planning', 'running') and study_id is not null;
create index run_state on run (created_at, id) where state in ('planning', 'running');

create index quarantine_run on quarantine (run_id);

-- What a forecast is measured from.
alter table shard add column worker_id uuid;
comment on column shard.worker_id is 'The worker that committed it. No foreign key: rows of workers are deleted sooner.';
create index shard_done on shard (done_at) where done_at is not null;

create table schedule (
  name text primary key check (name ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  cron text not null,
  time_zone text not null,
  task text not null,
  payload jsonb not null default '{}',
  enabled boolean not null default true,
  next_due_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index schedule_due on schedule (next_due_at) where enabled;
comment on table schedule is 'What is done again and again, and when. next_due_at is null until a scheduler has worked it out.';

create table schedule_firing (
  schedule text not null references schedule on delete cascade,
  due_at timestamptz not null,
  manual boolean not null default false,
  task text not null,
  payload jsonb not null,
  state text not null default 'queued' check (state in ('queued', 'running', 'completed', 'failed')),
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  error_code text,
  result jsonb,
  primary key (schedule, due_at)
);
create index schedule_firing_open on schedule_firing (created_at) where state in ('queued', 'running');
comment on table schedule_firing is 'One firing of a schedule: the key lets each due time fire once, however many schedulers there are.';

insert into schedule (name, cron, time_zone, task, payload) values
  ('rollup-check', '30 2 * * *', 'UTC', 'rollup-check', '{"repair": true}'),
  ('retention', '15 3 * * *', 'UTC', 'retention', '{"sweepDays": 90, "firingDays": 90}');

alter table dataset drop constraint dataset_layout_check;
alter table dataset add constraint dataset_layout_check
  check (layout in ('mura', 'manifest', 'folder', 'external', 'upload'));

create table study_timer (
  study_id bigint not null references study on delete cascade,
  model_id int not null references model on delete cascade,
  quiet_ms int not null check (quiet_ms between 0 and 86400000),
  expected_views int check (expected_views > 0),
  priority text not null default 'urgent' check (priority in ('urgent', 'normal', 'off-peak')),
  last_view_at timestamptz not null default now(),
  completed_at timestamptz,
  due_at timestamptz,
  run_id uuid references run on delete set null,
  primary key (study_id, model_id)
);
create index study_timer_due on study_timer (due_at) where due_at is not null;
comment on table study_timer is 'When an uploaded study is scored: on completion or after a quiet period. due_at is null while nothing is owed.';
comment on column study_timer.completed_at is 'When the uploader called it complete. A view that comes later starts the quiet period anew.';
comment on column study_timer.run_id is 'The last run of the study.';
