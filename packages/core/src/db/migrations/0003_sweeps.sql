-- The rollup that answers aligned sweeps without reading predictions, and sweeps as rows.

-- A log, not counters: writers only append, so that they neither wait for nor deadlock with each other, and every
-- snapshot finds exactly the changes whose rows it sees. `compactRollups` of core/rollup adds them up.
create table fact_change (
  id bigint generated always as identity primary key,
  model_id int not null,
  dataset_id bigint not null,
  sign smallint not null check (sign in (-1, 0, 1)),
  label smallint[],
  probability real[],
  degenerate boolean[],
  entropy real[],
  area_1 real[],
  area_2 real[],
  area_3 real[],
  area_4 real[],
  area_5 real[],
  area_6 real[],
  area_7 real[],
  area_8 real[]
);
create index fact_change_scope on fact_change (model_id, dataset_id, id);
comment on table fact_change is 'Predictions written or removed by one statement and not yet in rollup_cells, one array element each.';
comment on column fact_change.sign is '1 added, -1 removed, 0 something else that readings depend on; an update removes and adds.';

create table rollup (
  model_id int not null references model on delete cascade,
  dataset_id bigint not null references dataset on delete cascade,
  grid smallint not null,
  changes bigint not null default 0 check (changes >= 0),
  unlabelled bigint not null default 0 check (unlabelled >= 0),
  roc_auc float8 check (roc_auc >= 0 and roc_auc <= 1),
  roc_auc_version bigint,
  primary key (model_id, dataset_id)
);
comment on table rollup is 'How far rollup_cells have come. With the fact_change rows still waiting they count every labelled prediction.';
comment on column rollup.grid is 'Version of the grid of the cells; see core/rollup.';
comment on column rollup.changes is 'fact_change rows added up so far: with those waiting, the facts_version.';
comment on column rollup.roc_auc is 'Of the probability over all labelled images at roc_auc_version of the facts; null when a class was absent.';
comment on column rollup.unlabelled is 'Predictions of images without a label.';

create table rollup_cells (
  model_id int not null,
  dataset_id bigint not null,
  position smallint not null check (position between 1 and 8),
  positive bytea not null,
  negative bytea not null,
  primary key (model_id, dataset_id, position),
  foreign key (model_id, dataset_id) references rollup on delete cascade
);
-- Packed already: compressing again would cost more than it saves.
alter table rollup_cells alter positive set storage external, alter negative set storage external;
comment on table rollup_cells is 'Labelled predictions by cell of a fixed fine grid, at one alpha of the model.';
comment on column rollup_cells.position is 'Of the alpha in model.alphas; 1 also for a model without.';
comment on column rollup_cells.positive is 'Predictions labelled 1 in each cell, packed by packCounts of core/rollup; likewise negative, labelled 0.';

create function facts_version(model_id int, dataset_id bigint) returns bigint language sql stable
return (
  select coalesce((select changes from rollup
                   where rollup.model_id = facts_version.model_id and rollup.dataset_id = facts_version.dataset_id), 0)
         + (select count(*) from fact_change
            where fact_change.model_id = facts_version.model_id and fact_change.dataset_id = facts_version.dataset_id)
);
comment on function facts_version is 'Grows with every committed change of what readings of a model and dataset depend on.';

-- A row of arrays holds at most 65,536 predictions, so that no statement outgrows what a value may hold.
create function log_added_predictions() returns trigger language plpgsql as $$
begin
  insert into fact_change (model_id, dataset_id, sign, label, probability, degenerate, entropy,
                           area_1, area_2, area_3, area_4, area_5, area_6, area_7, area_8)
  select added.model_id, stratum.dataset_id, 1, array_agg(label), array_agg(probability), array_agg(degenerate),
         array_agg(entropy), array_agg(area_1), array_agg(area_2), array_agg(area_3), array_agg(area_4),
         array_agg(area_5), array_agg(area_6), array_agg(area_7), array_agg(area_8)
  from added join stratum on stratum.id = added.stratum_id
  group by added.model_id, stratum.dataset_id, added.image_id / 65536;
  return null;
end $$;
comment on function log_added_predictions is 'Trigger: notes predictions added for the rollup.';
create trigger prediction_added after insert on prediction
  referencing new table as added for each statement execute function log_added_predictions();

create function log_removed_predictions() returns trigger language plpgsql as $$
begin
  insert into fact_change (model_id, dataset_id, sign, label, probability, degenerate, entropy,
                           area_1, area_2, area_3, area_4, area_5, area_6, area_7, area_8)
  select removed.model_id, stratum.dataset_id, -1, array_agg(label), array_agg(probability), array_agg(degenerate),
         array_agg(entropy), array_agg(area_1), array_agg(area_2), array_agg(area_3), array_agg(area_4),
         array_agg(area_5), array_agg(area_6), array_agg(area_7), array_agg(area_8)
  from removed join stratum on stratum.id = removed.stratum_id
  group by removed.model_id, stratum.dataset_id, removed.image_id / 65536;
  return null;
end $$;
comment on function log_removed_predictions is 'Trigger: notes predictions removed for the rollup.';
create trigger prediction_removed after delete on prediction
  referencing old table as removed for each statement execute function log_removed_predictions();

create function log_changed_predictions() returns trigger language plpgsql as $$
begin
  insert into fact_change (model_id, dataset_id, sign, label, probability, degenerate, entropy,
                           area_1, area_2, area_3, area_4, area_5, area_6, area_7, area_8)
  select model_id, stratum.dataset_id, sign, array_agg(label), array_agg(probability), array_agg(degenerate),
         array_agg(entropy), array_agg(area_1), array_agg(area_2), array_agg(area_3), array_agg(area_4),
         array_agg(area_5), array_agg(area_6), array_agg(area_7), array_agg(area_8)
  from (
    select state.*
    from before join after using (model_id, image_id)
    cross join lateral (
      values (-1, before.model_id, before.image_id, before.stratum_id, before.label, before.probability, before.degenerate, before.entropy,
              before.area_1, before.area_2, before.area_3, before.area_4, before.area_5, before.area_6, before.area_7,
              before.area_8),
             (1, after.model_id, after.image_id, after.stratum_id, after.label, after.probability, after.degenerate, after.entropy,
              after.area_1, after.area_2, after.area_3, after.area_4, after.area_5, after.area_6, after.area_7,
              after.area_8)
    ) as state (sign, model_id, image_id, stratum_id, label, probability, degenerate, entropy,
                area_1, area_2, area_3, area_4, area_5, area_6, area_7, area_8)
    where (before.stratum_id, before.label, before.probability, before.degenerate, before.entropy, before.area_1,
           before.area_2, before.area_3, before.area_4, before.area_5, before.area_6, before.area_7, before.area_8)
          is distinct from
          (after.stratum_id, after.label, after.probability, after.degenerate, after.entropy, after.area_1,
           after.area_2, after.area_3, after.area_4, after.area_5, after.area_6, after.area_7, after.area_8)
  ) as state
  join stratum on stratum.id = stratum_id
  group by model_id, stratum.dataset_id, sign, image_id / 65536;
  insert into fact_change (model_id, dataset_id, sign)
  select distinct after.model_id, stratum.dataset_id, 0
  from before join after using (model_id, image_id) join stratum on stratum.id = after.stratum_id
  where before.run_id is distinct from after.run_id;
  return null;
end $$;
comment on function log_changed_predictions is 'Trigger: notes predictions changed for the rollup.';
create trigger prediction_changed after update on prediction
  referencing old table as before new table as after for each statement execute function log_changed_predictions();

-- What readings depend on besides the columns above: stored CAMs, and what filters and study readings ask of images.
create function log_changed_context(image_ids bigint[]) returns void language sql
begin atomic
  insert into fact_change (model_id, dataset_id, sign)
  select distinct prediction.model_id, stratum.dataset_id, 0
  from prediction join stratum on stratum.id = prediction.stratum_id
  where prediction.image_id = any (image_ids);
end;
comment on function log_changed_context is 'Moves the facts_version of all that was predicted of some images.';

create function log_changed_cams() returns trigger language plpgsql as $$
begin
  insert into fact_change (model_id, dataset_id, sign)
  select distinct changed.model_id, image.dataset_id, 0
  from changed join image on image.id = changed.image_id;
  return null;
end $$;
comment on function log_changed_cams is 'Trigger: moves the facts_version when stored CAMs change.';
create trigger cam_added after insert on prediction_cam
  referencing new table as changed for each statement execute function log_changed_cams();
create trigger cam_changed after update on prediction_cam
  referencing new table as changed for each statement execute function log_changed_cams();
create trigger cam_removed after delete on prediction_cam
  referencing old table as changed for each statement execute function log_changed_cams();

create function log_changed_images() returns trigger language plpgsql as $$
begin
  perform log_changed_context(array(
    select new_image.id
    from new_image join old_image using (id)
    where (old_image.study_id, old_image.object_key, old_image.imported_at)
          is distinct from (new_image.study_id, new_image.object_key, new_image.imported_at)
  ));
  return null;
end $$;
comment on function log_changed_images is 'Trigger: moves the facts_version when images change in what is not kept in their predictions.';
create trigger image_logged after update on image
  referencing old table as old_image new table as new_image for each statement execute function log_changed_images();

create function log_changed_studies() returns trigger language plpgsql as $$
begin
  perform log_changed_context(array(
    select image.id
    from new_study join old_study using (id) join image on image.study_id = new_study.id
    where (old_study.label, old_study.study_key, old_study.patient_key)
          is distinct from (new_study.label, new_study.study_key, new_study.patient_key)
  ));
  return null;
end $$;
comment on function log_changed_studies is 'Trigger: moves the facts_version when studies change in what is not kept in predictions.';
create trigger study_logged after update on study
  referencing old table as old_study new table as new_study for each statement execute function log_changed_studies();

create function forget_changes() returns trigger language plpgsql as $$
begin
  if tg_table_name = 'model' then
    delete from fact_change where model_id = old.id;
  else
    delete from fact_change where dataset_id = old.id;
  end if;
  return null;
end $$;
comment on function forget_changes is 'Trigger: removes what waited for the rollup of a deleted model or dataset.';
create trigger model_changes_forgotten after delete on model for each row execute function forget_changes();
create trigger dataset_changes_forgotten after delete on dataset for each row execute function forget_changes();

create function refuse_truncate() returns trigger language plpgsql as $$
begin
  raise exception '% cannot be truncated: the rollup would not notice', tg_table_name
    using errcode = 'restrict_violation', hint = 'Delete the rows, or their dataset or model.';
end $$;
create trigger prediction_kept before truncate on prediction for each statement execute function refuse_truncate();

create table sweep (
  id uuid primary key,
  dataset_id bigint not null references dataset on delete cascade,
  model_id int not null references model on delete cascade,
  level text not null check (level in ('image', 'study')),
  study_rule text check (study_rule in ('views', 'mean', 'max', 'min', 'noisy_or')),
  label_source text not null check (label_source in ('image', 'study')),
  calibrator_id int,
  p_low float8[] not null,
  entropy_max float8[] not null,
  area_max float8[] not null,
  alpha float8[] not null,
  filter jsonb not null check (jsonb_typeof(filter) = 'object'),
  request_hash text not null check (request_hash ~ '^[0-9a-f]{64}$'),
  state text not null default 'queued' check (state in ('queued', 'running', 'completed', 'failed', 'cancelled')),
  facts_version bigint,
  source text check (source in ('scan', 'grid', 'rollup')),
  positives bigint,
  negatives bigint,
  unlabelled bigint,
  roc_auc float8,
  elapsed_ms float8,
  error_code text,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  check ((level = 'study') = (study_rule is not null)),
  check ((state in ('queued', 'running')) = (finished_at is null)),
  check (state <> 'completed' or (facts_version, source, positives, negatives, unlabelled, elapsed_ms) is not null)
);
create index sweep_request on sweep (request_hash);
create index sweep_dataset on sweep (dataset_id);
comment on table sweep is 'A grid of policies evaluated over the labelled images or studies of one model and dataset.';
comment on column sweep.label_source is 'Whose label an image is compared with: its own or its study''s.';
comment on column sweep.study_rule is 'How a study is read from its views; null at image level.';
comment on column sweep.calibrator_id is 'calibrator.id when p_low is on the calibrated scale.';
comment on column sweep.entropy_max is 'A null element leaves the gate out; likewise in area_max.';
comment on column sweep.request_hash is 'SHA-256 of what is asked. With the same facts_version it has the same answer.';
comment on column sweep.source is 'rollup: from kept counts; scan: from the predictions; grid: also from stored CAMs, for an alpha no column holds.';

create table sweep_counts (
  sweep_id uuid not null references sweep on delete cascade,
  p_position int not null check (p_position >= 1),
  tn int not null,
  fn int not null,
  tp int[] not null,
  fp int[] not null,
  primary key (sweep_id, p_position),
  check (cardinality(tp) = cardinality(fp))
);
comment on table sweep_counts is 'The counts of a sweep at one p_low, which decides the negatives; see the view sweep_point.';
comment on column sweep_counts.tp is 'By entropy_max, area_max and alpha of the sweep, alpha varying fastest; likewise fp.';

create view sweep_point as
select counted.*,
       (tp + fp + tn + fn)::float8 / nullif(labelled, 0) as coverage,
       (tp + tn)::float8 / nullif(tp + fp + tn + fn, 0) as accuracy,
       tp::float8 / nullif(tp + fp, 0) as precision,
       tp::float8 / nullif(tp + fn, 0) as recall,
       2 * tp::float8 / nullif(2 * tp::float8 + fp + fn, 0) as f1,
       (tp + tn)::float8 / nullif(labelled, 0) as overall_accuracy
from (
  select sweep.id as sweep_id,
         (p_position - 1) * cardinality(sweep_counts.tp) + point.ordinal as ordinal,
         sweep.p_low[p_position] as p_low,
         sweep.entropy_max[(point.ordinal - 1) / cardinality(sweep.alpha) / cardinality(sweep.area_max) + 1] as entropy_max,
         sweep.area_max[(point.ordinal - 1) / cardinality(sweep.alpha) % cardinality(sweep.area_max) + 1] as area_max,
         sweep.alpha[(point.ordinal - 1) % cardinality(sweep.alpha) + 1] as alpha,
         sweep.positives + sweep.negatives as labelled,
         point.tp::bigint as tp,
         point.fp::bigint as fp,
         sweep_counts.tn::bigint as tn,
         sweep_counts.fn::bigint as fn,
         sweep.positives + sweep.negatives - point.tp - point.fp - sweep_counts.tn - sweep_counts.fn as inconclusive
  from sweep
  join sweep_counts on sweep_counts.sweep_id = sweep.id
  cross join unnest(sweep_counts.tp, sweep_counts.fp) with ordinality as point (tp, fp, ordinal)
) as counted;
comment on view sweep_point is 'Each config of each sweep: its thresholds, counts and metrics. A metric is null where it is undefined.';
comment on column sweep_point.ordinal is 'From 1; alpha varies fastest, then area_max, entropy_max, p_low.';
comment on column sweep_point.inconclusive is 'labelled - tp - fp - tn - fn.';
comment on column sweep_point.recall is 'Of the confident outcomes, as are accuracy, precision and f1.';
comment on column sweep_point.overall_accuracy is 'Inconclusive counted as wrong.';
