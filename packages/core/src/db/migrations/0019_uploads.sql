-- Datasets whose images are uploaded through the API, a study at a time.

create table upload_dataset (
  id bigint primary key references dataset on delete cascade,
  model_id int not null references model,
  quiet_ms int not null check (quiet_ms between 0 and 86400000),
  created_by text not null,
  created_at timestamptz not null default now()
);
comment on table upload_dataset is 'A dataset that takes uploads: which model scores its studies, and after how long a pause.';
comment on column upload_dataset.id is 'The dataset''s.';
create trigger upload_dataset_audited after insert or update on upload_dataset for each row execute function audit_row();

create table uploaded_study (
  study_id bigint primary key references study on delete cascade,
  expected_views int check (expected_views between 1 and 10000),
  created_by text not null,
  created_at timestamptz not null default now()
);
comment on table uploaded_study is 'A study that views are uploaded into.';
comment on column uploaded_study.expected_views is 'Views it will have, when the uploader knows: it is scored as soon as they are there.';

create table upload_draft (
  upload_id uuid not null,
  root text not null,
  object_key text not null,
  started_at timestamptz not null default clock_timestamp(),
  primary key (upload_id, object_key)
);
create index upload_draft_object on upload_draft (root, object_key);
comment on table upload_draft is 'An object that an upload under way may have stored, noted before it is. Without a foreign key: it is found and deleted also after its study is gone.';
