-- What a service needs besides the work itself: who may ask, what was changed by whom, what was asked before.

create table api_key (
  id bigint generated always as identity primary key,
  name text not null unique check (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$'),
  prefix text not null unique check (prefix ~ '^[a-z2-7]{10}$'),
  secret_sha256 bytea not null check (octet_length(secret_sha256) = 32),
  scopes text[] not null check (cardinality(scopes) > 0 and scopes <@ array['read', 'score', 'review', 'admin']),
  created_at timestamptz not null default now(),
  created_by text,
  expires_at timestamptz check (expires_at > created_at),
  revoked_at timestamptz,
  revoked_by text,
  last_used_at timestamptz
);
comment on table api_key is 'Keys of the HTTP API. A revoked key stays, so that the audit log''s names keep their meaning.';
comment on column api_key.prefix is 'The public part of a key: names it in lists and finds its row.';
comment on column api_key.secret_sha256 is 'Of the secret part: 256 random bits, so that a slow hash would add nothing.';
comment on column api_key.last_used_at is 'To the minute.';

-- A revocation is final, and nothing else of a key changes but when it was used.
create function guard_api_key() returns trigger language plpgsql as $$
declare
  mutable constant text[] := array['revoked_at', 'revoked_by', 'last_used_at'];
begin
  if to_jsonb(old) - mutable = to_jsonb(new) - mutable
     and (old.revoked_at is null or (old.revoked_at, old.revoked_by) is not distinct from (new.revoked_at, new.revoked_by)) then
    return new;
  end if;
  raise exception 'api_key rows only change by use and by one revocation' using errcode = 'restrict_violation';
end $$;
comment on function guard_api_key is 'Trigger: a key''s scopes and secret are fixed, and a revoked key stays revoked.';
create trigger api_key_guarded before update on api_key for each row execute function guard_api_key();
create trigger api_key_kept_rows before delete on api_key for each row execute function refuse_change();
create trigger api_key_kept before truncate on api_key for each statement execute function refuse_change();

create table audit_entry (
  id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  actor text not null,
  action text not null check (action ~ '^[a-z_]+\.[a-z_]+$'),
  subject text not null,
  before jsonb,
  after jsonb,
  request_id text
);
create index audit_entry_subject on audit_entry (subject, id);
comment on table audit_entry is 'Who changed what, and when. Written by triggers in the change''s own transaction; never changed.';
comment on column audit_entry.actor is 'As hairline.actor says (key:<name>, oidc:<subject>, cli:<user>, local), else author:<name> from the row, else database:<role>.';
comment on column audit_entry.action is 'What it was done to, and what: policy.created, api_key.revoked.';
comment on column audit_entry.subject is 'What it was done to, by name and version or by number; names no patient.';
comment on column audit_entry.request_id is 'Of the HTTP request, as in the API''s log.';
create trigger audit_entry_unchanged before update or delete on audit_entry for each row execute function refuse_change();
create trigger audit_entry_kept before truncate on audit_entry for each statement execute function refuse_change();

create function audit_actor(author text) returns text language sql stable
return coalesce(
  nullif(current_setting('hairline.actor', true), ''),
  'author:' || author,
  'database:' || session_user
);
comment on function audit_actor is 'Who acts: what the session says, else the author the row names, else the database role.';

-- Arguments: columns left out of before and after, because they are secret or large.
create function audit_row() returns trigger language plpgsql as $$
declare
  before_row jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) - coalesce(tg_argv, '{}') end;
  after_row jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) - coalesce(tg_argv, '{}') end;
  row_now constant jsonb := coalesce(after_row, before_row);
  ended boolean;
begin
  if before_row = after_row then return null; end if;
  ended := tg_op = 'UPDATE' and (
    (before_row ->> 'revoked_at' is null and after_row ->> 'revoked_at' is not null)
    or (before_row ->> 'retired_at' is null and after_row ->> 'retired_at' is not null));
  insert into audit_entry (actor, action, subject, before, after, request_id)
  values (
    audit_actor(case when ended then coalesce(row_now ->> 'revoked_by', row_now ->> 'retired_by')
                     else coalesce(row_now ->> 'created_by', row_now ->> 'requested_by', row_now ->> 'author',
                                   row_now ->> 'activated_by', row_now ->> 'reviewer') end),
    tg_table_name || '.' || case
      when tg_op = 'INSERT' then 'created'
      when tg_op = 'DELETE' then 'deleted'
      when ended and after_row ->> 'revoked_at' is not null then 'revoked'
      when ended then 'retired'
      else 'changed'
    end,
    coalesce(row_now ->> 'name' || coalesce('@' || (row_now ->> 'version'), ''), row_now ->> 'id'),
    before_row,
    after_row,
    nullif(current_setting('hairline.request_id', true), '')
  );
  return null;
end $$;
comment on function audit_row is 'Trigger: writes a change of a row to the audit log.';

create trigger api_key_audited after insert or update on api_key
  for each row execute function audit_row('secret_sha256', 'last_used_at');
create trigger policy_audited after insert on policy for each row execute function audit_row();
create trigger policy_activation_audited after insert or update on policy_activation for each row execute function audit_row();
create trigger certificate_audited after insert or update on certificate for each row execute function audit_row();
create trigger calibrator_audited after insert on calibrator for each row execute function audit_row('params');
create trigger model_audited after insert or update or delete on model for each row execute function audit_row();
create trigger run_audited after insert on run for each row execute function audit_row();
create trigger sweep_audited after insert on sweep for each row execute function audit_row('p_low', 'entropy_max', 'area_max', 'alpha', 'filter');

create table idempotency_key (
  actor text not null,
  key text not null check (length(key) between 1 and 200),
  request_sha256 bytea not null check (octet_length(request_sha256) = 32),
  locked_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  status smallint check (status between 200 and 299),
  location text,
  body text,
  primary key (actor, key)
);
create index idempotency_key_expiry on idempotency_key (expires_at);
comment on table idempotency_key is 'Answers of creating requests that carried an Idempotency-Key, given again when the same request comes again.';
comment on column idempotency_key.request_sha256 is 'Of method, path and body: a key is for one request.';
comment on column idempotency_key.status is 'Null while the first request is under way; only successes are kept.';

create table import_request (
  id uuid primary key,
  path text not null check (length(path) between 1 and 4096),
  name text check (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$'),
  root text,
  layout text check (layout in ('mura', 'manifest', 'folder')),
  columns jsonb not null default '{}',
  state text not null default 'queued' check (state in ('queued', 'running', 'completed', 'failed')),
  entries bigint not null default 0 check (entries >= 0),
  report jsonb,
  error_code text,
  error_message text,
  import_id uuid references import on delete set null,
  requested_by text not null,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  check ((state in ('completed', 'failed')) = (finished_at is not null)),
  check ((state = 'failed') = (error_code is not null))
);
create index import_request_open on import_request (created_at) where state in ('queued', 'running');
comment on table import_request is 'An import asked for through the API, done in the background; asking again for the same path goes on where it stopped.';
comment on column import_request.entries is 'Images and files the archive listed so far.';
comment on column import_request.report is 'Counts of a completed import.';
create trigger import_request_audited after insert on import_request for each row execute function audit_row();

create table study_verdict (
  id bigint generated always as identity primary key,
  study_id bigint not null references study on delete cascade,
  verdict smallint not null check (verdict in (0, 1)),
  reviewer text not null check (length(reviewer) between 1 and 200),
  note text check (length(note) <= 4000),
  model_id int references model on delete set null,
  policy_id int references policy,
  outcome_seen text check (outcome_seen in ('negative', 'positive', 'inconclusive')),
  created_at timestamptz not null default now(),
  check ((policy_id is null) = (outcome_seen is null))
);
create index study_verdict_study on study_verdict (study_id, id);
comment on table study_verdict is 'What a reviewer says of a study; append-only. The latest of a reviewer is that reviewer''s, earlier ones stay on record.';
comment on column study_verdict.verdict is '1 fracture, 0 none.';
comment on column study_verdict.outcome_seen is 'The outcome under policy_id that was on the reviewer''s screen, so that its influence can be measured.';
-- Not refuse_change: a study that goes, as its patient may ask, takes its verdicts with it.
create function refuse_verdict_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and not exists (select from study where id = old.study_id) then return old; end if;
  if tg_op = 'UPDATE' and new.model_id is null
     and to_jsonb(old) - 'model_id' = to_jsonb(new) - 'model_id' then
    return new;
  end if;
  raise exception 'study_verdict rows are not changed or deleted' using errcode = 'restrict_violation', hint = 'Give a new verdict.';
end $$;
comment on function refuse_verdict_change is 'Trigger: a verdict stays as it was given while its study exists.';
create trigger study_verdict_unchanged before update or delete on study_verdict for each row execute function refuse_verdict_change();
create trigger study_verdict_audited after insert on study_verdict for each row execute function audit_row();

-- Pages of images and studies by id.
create index image_dataset on image (dataset_id, id);
create index study_dataset on study (dataset_id, id);
