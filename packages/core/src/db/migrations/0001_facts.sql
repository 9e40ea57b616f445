-- Facts of an archive and of what a network said about it. Readings (triage, sweeps) are queries over these.

create table dataset (
  id bigint generated always as identity primary key,
  name text not null unique check (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$'),
  root text not null,
  layout text not null check (layout in ('mura', 'manifest', 'folder', 'external')),
  created_at timestamptz not null default now()
);
comment on table dataset is 'An archive of radiographs: the folder or bucket prefix all object keys are relative to.';

create table study (
  id bigint generated always as identity primary key,
  dataset_id bigint not null references dataset on delete cascade,
  study_key text not null,
  patient_key text,
  body_part text,
  split text,
  label smallint check (label in (0, 1)),
  unique (dataset_id, study_key)
);
comment on table study is 'One exam of one patient: the unit of prediction and error. Keys are as given by the archive layout.';

create table image (
  id bigint generated always as identity primary key,
  dataset_id bigint not null references dataset on delete cascade,
  study_id bigint not null references study on delete cascade,
  object_key text not null,
  label smallint check (label in (0, 1)),
  body_part text,
  split text,
  view text,
  hardware boolean,
  boxes jsonb,
  byte_size bigint check (byte_size >= 0),
  modified_at timestamptz,
  content_hash bytea,
  imported_at timestamptz not null default now(),
  unique (dataset_id, object_key)
);
create index image_study on image (study_id);
comment on table image is 'One radiograph: where its bytes lie (object_key under dataset.root) and what the archive says of it.';
comment on column image.label is '1 fracture, 0 none, null unknown.';
comment on column image.boxes is 'Known lesion boxes, [[x0, y0, x1, y1], ...] in pixels of the stored image.';

create table import (
  id uuid primary key,
  dataset_id bigint not null references dataset on delete cascade,
  source text not null,
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  added bigint not null default 0,
  updated bigint not null default 0,
  unchanged bigint not null default 0,
  duplicates bigint not null default 0,
  rejected bigint not null default 0,
  ignored bigint not null default 0
);

create table import_rejection (
  import_id uuid not null references import on delete cascade,
  ordinal bigint not null,
  object_key text,
  line bigint,
  code text not null,
  message text not null,
  primary key (import_id, ordinal)
);
comment on table import_rejection is 'Rows and files an import could not take, with the error code and the reason.';

create table model (
  id int generated always as identity primary key,
  name text not null unique check (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$'),
  kind text not null check (kind in ('resnet', 'external')),
  architecture text check (architecture in ('resnet18', 'resnet34')),
  weights_sha256 bytea,
  graph_sha256 bytea,
  preprocessing jsonb,
  preprocessing_fingerprint text,
  input_size int check (input_size between 32 and 4096),
  cam_cells int check (cam_cells > 0),
  alphas real[] not null check (cardinality(alphas) between 0 and 8),
  description text,
  created_at timestamptz not null default now(),
  check (kind = 'external' or (architecture is not null and weights_sha256 is not null
         and preprocessing_fingerprint is not null and input_size is not null))
);
create unique index model_identity on model (weights_sha256, preprocessing_fingerprint) where kind = 'resnet';
comment on table model is 'A scorer: weights and the preprocessing they are fed with, or an external model whose scores were imported.';
comment on column model.weights_sha256 is 'Of the canonical safetensors file, so that equal weights are one model whatever file they came in.';
comment on column model.graph_sha256 is 'Of the ONNX file stored with the weights; checked whenever it is loaded.';
comment on column model.alphas is 'The alpha of prediction.area_1 .. area_8, in that order.';

create table run (
  id uuid primary key,
  dataset_id bigint not null references dataset on delete cascade,
  model_id int not null references model on delete cascade,
  state text not null default 'planning' check (state in ('planning', 'running', 'completed', 'failed', 'cancelled')),
  shard_size int not null check (shard_size between 1 and 65536),
  retry_quarantined boolean not null default false,
  embeddings boolean not null default false,
  planned bigint not null default 0,
  already_scored bigint not null default 0,
  already_quarantined bigint not null default 0,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  error_code text
);
-- A second `score` of the same dataset and model joins the open run instead of repeating its work.
create unique index run_open on run (dataset_id, model_id) where state in ('planning', 'running');
comment on column run.planned is 'Images this run has to score: planned = scored + quarantined when it completes.';

create table shard (
  run_id uuid not null references run on delete cascade,
  ordinal int not null check (ordinal >= 0),
  image_ids bigint[] not null check (cardinality(image_ids) > 0),
  first_image_id bigint not null generated always as (image_ids[1]) stored,
  last_image_id bigint not null generated always as (image_ids[cardinality(image_ids)]) stored,
  image_count int not null generated always as (cardinality(image_ids)) stored,
  scored int not null default 0 check (scored >= 0),
  quarantined int not null default 0 check (quarantined >= 0),
  done_at timestamptz,
  primary key (run_id, ordinal)
);
create index shard_open on shard (run_id) where done_at is null;
comment on table shard is 'Images scored as one job; done_at commits with its results.';
comment on column shard.image_ids is 'The members, ascending, fixed when the run is planned: neither an import nor another run changes what this one owes.';
comment on column shard.scored is 'Members with a prediction of the run''s model when the shard is done, whichever run wrote it.';
comment on column shard.quarantined is 'The other members: scored + quarantined = image_count.';

-- The hot table: one narrow row an image and model, no null-free promise on what the CAM could not say.
create table prediction (
  model_id int not null references model on delete cascade,
  image_id bigint not null references image on delete cascade,
  run_id uuid references run on delete set null,
  logit real check (logit > '-Infinity' and logit < 'Infinity'),
  probability real not null check (probability >= 0 and probability <= 1),
  entropy real check (entropy >= 0 and entropy < 'Infinity'),
  entropy_normalized real check (entropy_normalized >= 0 and entropy_normalized <= 1),
  degenerate boolean not null default false,
  area_1 real check (area_1 >= 0 and area_1 <= 1),
  area_2 real check (area_2 >= 0 and area_2 <= 1),
  area_3 real check (area_3 >= 0 and area_3 <= 1),
  area_4 real check (area_4 >= 0 and area_4 <= 1),
  area_5 real check (area_5 >= 0 and area_5 <= 1),
  area_6 real check (area_6 >= 0 and area_6 <= 1),
  area_7 real check (area_7 >= 0 and area_7 <= 1),
  area_8 real check (area_8 >= 0 and area_8 <= 1),
  primary key (model_id, image_id),
  check (not degenerate or (entropy is null and area_1 is null))
);
comment on table prediction is 'What a model said of an image. A null entropy or area never passes a gate: degenerate CAM, or not given by an external model.';

create table prediction_cam (
  model_id int not null,
  image_id bigint not null,
  height smallint not null check (height > 0),
  width smallint not null check (width > 0),
  grid real[] not null check (cardinality(grid) = height::int * width::int),
  primary key (model_id, image_id),
  foreign key (model_id, image_id) references prediction on delete cascade
);
comment on column prediction_cam.grid is 'Grad-CAM after ReLU, row-major [height, width], in units of the logit.';

create table prediction_embedding (
  model_id int not null,
  image_id bigint not null,
  embedding bytea not null,
  primary key (model_id, image_id),
  foreign key (model_id, image_id) references prediction on delete cascade
);
comment on column prediction_embedding.embedding is 'Little-endian float32 [512], written only when a run asks for embeddings.';

create table quarantine (
  model_id int not null references model on delete cascade,
  image_id bigint not null references image on delete cascade,
  run_id uuid references run on delete set null,
  code text not null,
  message text not null,
  created_at timestamptz not null default now(),
  primary key (model_id, image_id)
);
comment on table quarantine is 'An image that could not be scored by this model and preprocessing, with the code and the reason.';
