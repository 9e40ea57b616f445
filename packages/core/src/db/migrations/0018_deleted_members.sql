-- Members whose image was deleted are counted as what they are, not with the quarantined, which all have a reason.
alter table shard add column deleted int not null default 0 check (deleted >= 0);
comment on column shard.deleted is 'Members whose image was deleted before the shard was done.';
comment on column shard.quarantined is 'Members in quarantine: scored + quarantined + deleted = image_count.';
comment on column run.planned is 'Images this run has to score: planned = scored + quarantined + deleted when it completes.';
comment on column run.not_scored is 'Members left when the run was cancelled: planned = scored + quarantined + deleted + not_scored once it ended.';
