-- Networks in other number formats, and what is known of the engines that run them.

alter table model add column precision text not null default 'fp32' check (precision in ('fp32', 'fp16', 'int8'));
alter table model add column base_model_id int references model;
alter table model add column quantization jsonb;
alter table model add constraint model_base check ((precision = 'fp32') = (base_model_id is null));
alter table model add constraint model_quantization check ((precision = 'int8') = (quantization is not null));
comment on column model.precision is 'Number format of the graph''s trunk. fp16 and int8 are models of their own: their facts never mix with the fp32 ones.';
comment on column model.base_model_id is 'The fp32 model that an fp16 or int8 graph was made from, and is measured against.';
comment on column model.quantization is 'How an int8 graph was made: the images it was calibrated on, bits of its weights, range of each 8-bit map.';

-- The weights of a variant are its base model's: only the base is known by them.
drop index model_identity;
create unique index model_identity on model (weights_sha256, preprocessing_fingerprint)
  where kind = 'resnet' and precision = 'fp32';
create unique index model_variant on model (base_model_id, graph_sha256) where base_model_id is not null;

create table engine_verification (
  id bigint generated always as identity primary key,
  model_id int not null references model on delete cascade,
  engine text not null check (engine in ('cpu', 'webgpu', 'cuda', 'tensorrt', 'tfjs')),
  engine_version text not null,
  device text not null,
  graph_sha256 bytea not null,
  probe text not null,
  images int not null check (images > 0),
  logit_absolute float8 not null check (logit_absolute >= 0),
  logit_relative float8 not null check (logit_relative >= 0),
  cam_relative float8 not null check (cam_relative >= 0),
  probability_absolute float8 not null check (probability_absolute >= 0),
  logit_tolerance float8 not null,
  cam_tolerance float8 not null,
  passed boolean not null generated always as
    (logit_relative <= logit_tolerance and cam_relative <= cam_tolerance) stored,
  created_at timestamptz not null default now()
);
create index engine_verification_latest on engine_verification (model_id, engine, id desc);
comment on table engine_verification is 'One comparison of an engine with the reference engine (fp32 on the CPU) on the same images. The latest decides.';
comment on column engine_verification.logit_relative is 'Largest |difference| / max(1, |reference logit|).';
comment on column engine_verification.cam_relative is 'Largest |difference| of a cell over the largest cell of the image''s reference CAM.';

create table engine_override (
  id bigint generated always as identity primary key,
  model_id int not null references model on delete cascade,
  engine text not null,
  engine_version text not null,
  host text not null,
  reason text not null,
  created_at timestamptz not null default now()
);
comment on table engine_override is 'Each time a worker was told to score on an engine that is not verified for the model: facts from then on are on its word.';
