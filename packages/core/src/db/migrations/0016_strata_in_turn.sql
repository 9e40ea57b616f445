-- New strata are made by one transaction of a dataset at a time. Two that made the same two in opposite orders waited
-- for each other's, and one of them was ended as a deadlock.
create or replace function claim_stratum(dataset_id bigint, body_part text, split text, hardware boolean) returns int
language plpgsql as $$
declare
  found_id int;
  is_in_turn boolean := false;
begin
  loop
    select stratum.id into found_id
    from stratum
    where stratum.dataset_id = claim_stratum.dataset_id
      and (stratum.body_part, stratum.split, stratum.hardware)
          is not distinct from (claim_stratum.body_part, claim_stratum.split, claim_stratum.hardware);
    if found then return found_id; end if;
    if is_in_turn then
      insert into stratum (dataset_id, body_part, split, hardware)
      values (claim_stratum.dataset_id, claim_stratum.body_part, claim_stratum.split, claim_stratum.hardware)
      on conflict do nothing;
    end if;
    -- Held until the commit: what another transaction made before is then there to be found.
    perform pg_advisory_xact_lock(1213221965, claim_stratum.dataset_id::int);
    is_in_turn := true;
  end loop;
end $$;
