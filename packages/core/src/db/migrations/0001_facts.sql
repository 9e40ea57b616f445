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

-- What filters ask of an image, once for all images alike: a prediction carries its stratum and label, so that a sweep
-- reads one narrow table and joins none.
create table stratum (
  id int generated always as identity primary key,
  dataset_id bigint not null references dataset on delete cascade,
  body_part text,
  split text,
  hardware boolean,
  unique nulls not distinct (dataset_id, body_part, split, hardware)
);
comment on table stratum is 'A combination of body part, split and hardware that images of a dataset have; an image''s own value first, else its study''s.';

-- The hot table: one narrow row an image and model, a partition for each model. What sweeps read comes first, since a
-- column costs the reading of those before it. The key starts with image_id, which deletions go by: with model_id
-- first, deleting 500 of 1 M images took 19.9 s on PostgreSQL 15, so 7 ms (18 can skip, and takes 4 ms either way).
create table prediction (
  model_id int not null,
  image_id bigint not null references image on delete cascade,
  stratum_id int not null,
  probability real not null check (probability >= 0 and probability <= 1),
  label smallint check (label in (0, 1)),
  degenerate boolean not null default false,
  entropy real check (entropy >= 0 and entropy < 'Infinity'),
  area_1 real check (area_1 >= 0 and area_1 <= 1),
  area_2 real check (area_2 >= 0 and area_2 <= 1),
  area_3 real check (area_3 >= 0 and area_3 <= 1),
  area_4 real check (area_4 >= 0 and area_4 <= 1),
  area_5 real check (area_5 >= 0 and area_5 <= 1),
  area_6 real check (area_6 >= 0 and area_6 <= 1),
  area_7 real check (area_7 >= 0 and area_7 <= 1),
  area_8 real check (area_8 >= 0 and area_8 <= 1),
  logit real check (logit > '-Infinity' and logit < 'Infinity'),
  entropy_normalized real check (entropy_normalized >= 0 and entropy_normalized <= 1),
  run_id uuid references run on delete set null,
  primary key (image_id, model_id),
  check (not degenerate or (entropy is null and area_1 is null))
) partition by list (model_id);
comment on table prediction is 'What a model said of an image. A null entropy or area never passes a gate: degenerate CAM, or not given by an external model.';
comment on column prediction.label is 'The image''s label, filled in and kept equal by triggers.';
comment on column prediction.stratum_id is 'The image''s stratum, filled in and kept right by triggers.';

-- Attached rather than made as a partition, which would wait for every sweep under way and hold up all that come after.
create function add_model_partition() returns trigger language plpgsql as $$
begin
  execute format('create table prediction_model_%1$s (like prediction including all)', new.id);
  execute format('alter table prediction attach partition prediction_model_%1$s for values in (%1$s)', new.id);
  return null;
end $$;
comment on function add_model_partition is 'Trigger: makes room for the predictions of a new model.';
create trigger model_partition after insert on model for each row execute function add_model_partition();

create function drop_model_partition() returns trigger language plpgsql as $$
begin
  delete from prediction_cam where model_id = old.id;
  delete from prediction_embedding where model_id = old.id;
  execute format('alter table prediction detach partition prediction_model_%s', old.id);
  execute format('drop table prediction_model_%s', old.id);
  return old;
end $$;
comment on function drop_model_partition is 'Trigger: removes the predictions of a model that is deleted.';
create trigger model_partition_drop before delete on model for each row execute function drop_model_partition();

create table prediction_cam (
  model_id int not null,
  image_id bigint not null,
  height smallint not null check (height > 0),
  width smallint not null check (width > 0),
  grid real[] not null check (cardinality(grid) = height::int * width::int),
  primary key (model_id, image_id),
  foreign key (model_id, image_id) references prediction (model_id, image_id) on delete cascade
);
comment on column prediction_cam.grid is 'Grad-CAM after ReLU, row-major [height, width], in units of the logit.';

create table prediction_embedding (
  model_id int not null,
  image_id bigint not null,
  embedding bytea not null,
  primary key (model_id, image_id),
  foreign key (model_id, image_id) references prediction (model_id, image_id) on delete cascade
);
comment on column prediction_embedding.embedding is 'Little-endian float32 [512], written only when a run asks for embeddings.';

create table quarantine (
  model_id int not null references model on delete cascade,
  image_id bigint not null references image on delete cascade,
  run_id uuid references run on delete set null,
  code text not null,
  message text not null,
  created_at timestamptz not null default now(),
  primary key (image_id, model_id)
);
comment on table quarantine is 'An image that could not be scored by this model and preprocessing, with the code and the reason.';

-- Labels and strata of predictions. Whoever writes a prediction holds its dataset's descriptions in share until the
-- commit, whoever changes one holds them alone: so neither can miss what the other does, and no row lock is waited for.

create function hold_descriptions() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock(1213221964, new.dataset_id::int);
  return new;
end $$;
comment on function hold_descriptions is 'Trigger: waits until no transaction writes predictions of the dataset, and keeps others from it.';
create trigger image_description_held before update of study_id, label, body_part, split, hardware on image
  for each row when ((old.study_id, old.label, old.body_part, old.split, old.hardware)
                     is distinct from (new.study_id, new.label, new.body_part, new.split, new.hardware))
  execute function hold_descriptions();
create trigger study_description_held before update of body_part, split on study
  for each row when ((old.body_part, old.split) is distinct from (new.body_part, new.split))
  execute function hold_descriptions();

create function claim_stratum(dataset_id bigint, body_part text, split text, hardware boolean) returns int
language plpgsql as $$
declare
  found_id int;
begin
  loop
    select stratum.id into found_id
    from stratum
    where stratum.dataset_id = claim_stratum.dataset_id
      and (stratum.body_part, stratum.split, stratum.hardware)
          is not distinct from (claim_stratum.body_part, claim_stratum.split, claim_stratum.hardware);
    if found then return found_id; end if;
    insert into stratum (dataset_id, body_part, split, hardware)
    values (claim_stratum.dataset_id, claim_stratum.body_part, claim_stratum.split, claim_stratum.hardware)
    on conflict do nothing;
  end loop;
end $$;
comment on function claim_stratum is 'The id of a stratum, made when there is none.';

create function describe_prediction() returns trigger language plpgsql as $$
declare
  dataset bigint;
  body_part text;
  split text;
  hardware boolean;
begin
  loop
    select image.dataset_id, image.label, coalesce(image.body_part, study.body_part), coalesce(image.split, study.split),
           image.hardware, stratum.id
    into dataset, new.label, body_part, split, hardware, new.stratum_id
    from image
    join study on study.id = image.study_id
    left join stratum
      on stratum.dataset_id = image.dataset_id
         and (stratum.body_part, stratum.split, stratum.hardware)
             is not distinct from (coalesce(image.body_part, study.body_part), coalesce(image.split, study.split), image.hardware)
    where image.id = new.image_id;
    if not found then
      raise exception 'no image %', new.image_id using errcode = 'foreign_key_violation';
    end if;
    exit when dataset::text = current_setting('hairline.descriptions_held', true);
    -- What was read before the lock was held may be out of date: read again.
    perform pg_advisory_xact_lock_shared(1213221964, dataset::int);
    perform set_config('hairline.descriptions_held', dataset::text, true);
  end loop;
  if new.stratum_id is null then
    new.stratum_id := claim_stratum(dataset, body_part, split, hardware);
  end if;
  return new;
end $$;
comment on function describe_prediction is 'Trigger: gives a prediction its image''s label and stratum.';
create trigger prediction_described before insert on prediction for each row execute function describe_prediction();

create function describe_predictions_of_images() returns trigger language plpgsql as $$
begin
  -- Planned each time: a plan kept from a batch of many images would read every prediction for one.
  execute $update$
    update prediction
    set label = described.label,
        stratum_id = described.stratum_id
    from (
      select changed.id,
             changed.label,
             claim_stratum(changed.dataset_id, coalesce(changed.body_part, study.body_part),
                           coalesce(changed.split, study.split), changed.hardware) as stratum_id
      from new_image as changed
      join old_image using (id)
      join study on study.id = changed.study_id
      where (old_image.study_id, old_image.label, old_image.body_part, old_image.split, old_image.hardware)
            is distinct from (changed.study_id, changed.label, changed.body_part, changed.split, changed.hardware)
    ) as described
    where prediction.image_id = described.id
      and (prediction.label, prediction.stratum_id) is distinct from (described.label, described.stratum_id)
  $update$;
  return null;
end $$;
comment on function describe_predictions_of_images is 'Trigger: keeps the labels and strata of predictions equal to those of changed images.';
create trigger image_described after update on image
  referencing old table as old_image new table as new_image
  for each statement execute function describe_predictions_of_images();

create function describe_predictions_of_studies() returns trigger language plpgsql as $$
begin
  execute $update$
    update prediction
    set stratum_id = described.stratum_id
    from (
      select image.id,
             claim_stratum(image.dataset_id, coalesce(image.body_part, changed.body_part),
                           coalesce(image.split, changed.split), image.hardware) as stratum_id
      from new_study as changed
      join old_study using (id)
      join image on image.study_id = changed.id
      where (old_study.body_part, old_study.split) is distinct from (changed.body_part, changed.split)
        and (image.body_part is null or image.split is null)
    ) as described
    where prediction.image_id = described.id and prediction.stratum_id <> described.stratum_id
  $update$;
  return null;
end $$;
comment on function describe_predictions_of_studies is 'Trigger: as describe_predictions_of_images, for images that leave body part or split to their study.';
create trigger study_described after update on study
  referencing old table as old_study new table as new_study
  for each statement execute function describe_predictions_of_studies();

-- One statement for all of a dataset: the cascade from dataset to image to prediction deletes image by image.
create function forget_dataset() returns trigger language plpgsql as $$
begin
  delete from prediction using stratum where stratum.id = prediction.stratum_id and stratum.dataset_id = old.id;
  return old;
end $$;
comment on function forget_dataset is 'Trigger: removes the predictions of a dataset that is deleted.';
create trigger dataset_forgotten before delete on dataset for each row execute function forget_dataset();
