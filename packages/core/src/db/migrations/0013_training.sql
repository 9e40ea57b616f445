-- Trainings: what was asked for, which images it used, where it stands, and what came of it.

create table training (
  id uuid primary key,
  name text not null check (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$'),
  dataset_id bigint not null references dataset on delete cascade,
  state text not null default 'queued'
    check (state in ('queued', 'running', 'stopped', 'completed', 'failed', 'cancelled')),
  recipe jsonb not null check (jsonb_typeof(recipe) = 'object'),
  selection jsonb not null check (jsonb_typeof(selection) = 'object'),
  architecture text not null check (architecture in ('resnet18', 'resnet34')),
  preprocessing jsonb not null,
  start_kind text not null check (start_kind in ('model', 'file', 'imagenet', 'scratch')),
  start_key text not null,
  start_sha256 bytea not null check (octet_length(start_sha256) = 32),
  base_model_id int references model on delete set null,
  data_fingerprint bytea check (octet_length(data_fingerprint) = 32),
  training_images int check (training_images >= 0),
  validation_images int check (validation_images >= 0),
  left_out int check (left_out >= 0),
  attempt int not null default 0 check (attempt >= 0),
  progress jsonb,
  checkpoint_key text,
  checkpoint_sha256 bytea check (octet_length(checkpoint_sha256) = 32),
  model_id int references model on delete set null,
  card_key text,
  created_at timestamptz not null default now(),
  created_by text,
  started_at timestamptz,
  finished_at timestamptz,
  error_code text,
  error_message text,
  check ((checkpoint_key is null) = (checkpoint_sha256 is null)),
  check ((data_fingerprint is null) = (training_images is null)),
  check ((state = 'failed') = (error_code is not null))
);
create unique index training_open_name on training (name) where state in ('queued', 'running', 'stopped');
create index training_model on training (model_id) where model_id is not null;
comment on table training is 'A network being trained, or that was: one job, resumed from its checkpoint.';
comment on column training.name is 'Of the model it makes; one open training has it.';
comment on column training.recipe is 'How it is trained, every setting spelt out.';
comment on column training.selection is 'Which labelled images are asked for: splits, filter, whether reviewers'' verdicts count.';
comment on column training.start_key is 'Object key of the weights it starts from, a safetensors file with start_sha256.';
comment on column training.data_fingerprint is 'SHA-256 over object key, bytes, label and side of every image it uses, in training_image''s order.';
comment on column training.left_out is 'Images asked for that cannot be read.';
comment on column training.attempt is 'Counts the workers that took it; only the last one may write.';
comment on column training.progress is 'Epoch, step, loss, rate, as the worker last told.';
comment on column training.checkpoint_key is 'Object key of the last checkpoint.';
comment on column training.card_key is 'Object key of the model card, JSON; the same in Markdown lies beside it.';
create trigger training_audited after insert on training for each row execute function audit_row('progress');

create table training_image (
  training_id uuid not null references training on delete cascade,
  ordinal int not null check (ordinal >= 0),
  image_id bigint not null references image on delete cascade,
  validation boolean not null,
  label smallint not null check (label in (0, 1)),
  error_code text,
  primary key (training_id, ordinal)
);
create index training_image_image on training_image (image_id);
comment on table training_image is 'The images of a training, fixed when it first runs, in the order of their object keys.';
comment on column training_image.validation is 'Held out to judge the epochs; else trained on.';
comment on column training_image.label is 'The label it was used with.';
comment on column training_image.error_code is 'Why it was left out; null for an image that was used.';

create table training_epoch (
  training_id uuid not null references training on delete cascade,
  epoch int not null check (epoch >= 0),
  training_loss float8 not null,
  validation_loss float8 not null,
  auroc float8 check (auroc >= 0 and auroc <= 1),
  learning_rate float8 not null,
  images_per_second float8,
  best boolean not null,
  finished_at timestamptz not null default now(),
  primary key (training_id, epoch)
);
comment on table training_epoch is 'The curves of a training, one row an epoch, from 0.';
comment on column training_epoch.auroc is 'On the validation images; null when a class is absent there.';
comment on column training_epoch.best is 'Whether it was the best epoch when it ended.';
