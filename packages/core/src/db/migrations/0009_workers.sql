-- Who works on this database: one row for each process, which it keeps up to date itself.

create table worker (
  id uuid primary key,
  role text not null check (role in ('worker-gpu', 'scheduler', 'api')),
  host text not null,
  pid int not null check (pid > 0),
  hairline_version text not null,
  engine text,
  engine_version text,
  device text,
  cores int check (cores > 0),
  decode_threads int check (decode_threads > 0),
  engines int check (engines > 0),
  threads_per_engine int check (threads_per_engine > 0),
  batch_size int check (batch_size > 0),
  heartbeat_ms int not null check (heartbeat_ms > 0),
  started_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  stopped_at timestamptz,
  images bigint not null default 0 check (images >= 0),
  images_per_second float8 check (images_per_second >= 0),
  run_id uuid,
  shard_ordinal int,
  constraint worker_engine check ((role = 'worker-gpu') = (engine is not null)),
  constraint worker_shard check ((run_id is null) = (shard_ordinal is null))
);
comment on table worker is 'A process of Hairline, as it said of itself at its last heartbeat. Rows not seen for a week are deleted by whoever starts next.';
comment on column worker.device is 'Where its engine computes: cpu, cuda:0.';
comment on column worker.batch_size is 'Images of a batch; becomes smaller when the device runs out of memory.';
comment on column worker.heartbeat_ms is 'How often it reports: not seen for three times as long, it is lost.';
comment on column worker.images is 'Images its network has read since it started; those of shards that were given back count too.';
comment on column worker.images_per_second is 'Over its last heartbeat interval; null before the first one has passed.';
comment on column worker.run_id is 'Run of the oldest shard it holds. No foreign key: a heartbeat must not fail or wait because a run is deleted.';

create view worker_state as
select id,
       case when stopped_at is not null then 'stopped'
            when seen_at < now() - 3 * heartbeat_ms * interval '1 millisecond' then 'lost'
            else 'running'
       end as state,
       role, host, pid, hairline_version, engine, engine_version, device,
       cores, decode_threads, engines, threads_per_engine, batch_size, heartbeat_ms,
       started_at, seen_at, stopped_at, images, images_per_second, run_id, shard_ordinal
from worker;
comment on view worker_state is 'Workers with their state by the server''s clock: running, lost (not seen for three heartbeats) or stopped.';
