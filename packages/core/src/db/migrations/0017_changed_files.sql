-- A file that was imported anew is described anew: whoever writes predictions of what the file was before must notice.
create or replace trigger image_description_held
  before update of study_id, label, body_part, split, hardware, byte_size, modified_at on image
  for each row when ((old.study_id, old.label, old.body_part, old.split, old.hardware, old.byte_size, old.modified_at)
                     is distinct from (new.study_id, new.label, new.body_part, new.split, new.hardware, new.byte_size,
                                       new.modified_at))
  execute function hold_descriptions();

create function share_descriptions(dataset_id bigint) returns void language plpgsql as $$
begin
  perform pg_advisory_xact_lock_shared(1213221964, dataset_id::int);
  perform set_config('hairline.descriptions_held', dataset_id::text, true);
end $$;
comment on function share_descriptions is 'Until the commit, no other transaction changes what describes images of the dataset, nor their files.';
