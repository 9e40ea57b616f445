-- One meaning of a filter on images for every reading; what sweeps and their points tell analysts.

create type image_filter as (
  body_parts text[],
  splits text[],
  hardware boolean,
  imported_from timestamptz,
  imported_before timestamptz,
  image_ids bigint[],
  object_keys text[],
  run_id uuid
);
comment on type image_filter is 'Which scored images a reading takes; a null field leaves its condition out. What is not known does not pass a condition.';

-- The planner inlines both functions and drops the conditions of null fields, so that an empty filter costs nothing.
create function view_passes(image image, run_id uuid, filter image_filter) returns boolean language sql stable parallel safe
return ((filter).hardware is null or (image).hardware = (filter).hardware)
   and ((filter).imported_from is null or (image).imported_at >= (filter).imported_from)
   and ((filter).imported_before is null or (image).imported_at < (filter).imported_before)
   and ((filter).image_ids is null or (image).id = any ((filter).image_ids))
   and ((filter).object_keys is null or (image).object_key = any ((filter).object_keys))
   and ((filter).run_id is null or view_passes.run_id = (filter).run_id);
comment on function view_passes is 'Whether an image scored by a run passes the conditions on single images.';

create function image_passes(image image, study study, run_id uuid, filter image_filter) returns boolean
language sql stable parallel safe
return ((filter).body_parts is null or coalesce((image).body_part, (study).body_part) = any ((filter).body_parts))
   and ((filter).splits is null or coalesce((image).split, (study).split) = any ((filter).splits))
   and view_passes(image, image_passes.run_id, filter);
comment on function image_passes is 'Whether a filter takes an image scored by a run.';

create function partly_taken_studies(dataset_id bigint, model_id int, filter image_filter) returns table (study_id bigint)
language sql stable parallel safe
begin atomic
  select image.study_id
  from prediction join image on image.id = prediction.image_id
  where image.dataset_id = partly_taken_studies.dataset_id and prediction.model_id = partly_taken_studies.model_id
    and view_passes(image, prediction.run_id, filter) is not true;
end;
comment on function partly_taken_studies is 'Studies with a scored view that fails a condition on single images; readings of studies leave them out, since a study is read from all its views.';

alter table calibrator add column conditions jsonb not null default '{}' check (jsonb_typeof(conditions) = 'object');
comment on column calibrator.conditions is 'What else was asked of the images it was fit on, as canonicalFilter of core/facts.';
alter table certificate add column conditions jsonb not null default '{}' check (jsonb_typeof(conditions) = 'object');
comment on column certificate.conditions is 'What else was asked of the images tested on, as canonicalFilter of core/facts.';

-- Calibrators are never deleted, so that this can only refuse a sweep of one that never was.
alter table sweep add foreign key (calibrator_id) references calibrator;

create or replace view sweep_point as
select sweep_id,
       ordinal,
       p_low,
       entropy_max,
       area_max,
       alpha,
       labelled,
       tp,
       fp,
       tn,
       fn,
       inconclusive,
       (tp + fp + tn + fn)::float8 / nullif(labelled, 0) as coverage,
       (tp + tn)::float8 / nullif(tp + fp + tn + fn, 0) as accuracy,
       tp::float8 / nullif(tp + fp, 0) as precision,
       tp::float8 / nullif(tp + fn, 0) as recall,
       2 * tp::float8 / nullif(2 * tp::float8 + fp + fn, 0) as f1,
       (tp + tn)::float8 / nullif(labelled, 0) as overall_accuracy,
       tn::float8 / nullif(tn + fp, 0) as specificity,
       tn::float8 / nullif(tn + fn, 0) as npv,
       2 * (tp::float8 * tn - fp::float8 * fn)
         / nullif((tp + fp)::float8 * (fp + tn) + (tp + fn)::float8 * (fn + tn), 0) as kappa,
       (positives - fn)::float8 / nullif(positives, 0) as sensitivity
from (
  select sweep.id as sweep_id,
         (p_position - 1) * cardinality(sweep_counts.tp) + point.ordinal as ordinal,
         sweep.p_low[p_position] as p_low,
         sweep.entropy_max[(point.ordinal - 1) / cardinality(sweep.alpha) / cardinality(sweep.area_max) + 1] as entropy_max,
         sweep.area_max[(point.ordinal - 1) / cardinality(sweep.alpha) % cardinality(sweep.area_max) + 1] as area_max,
         sweep.alpha[(point.ordinal - 1) % cardinality(sweep.alpha) + 1] as alpha,
         sweep.positives,
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
comment on column sweep_point.specificity is 'Of the confident outcomes, as are npv and kappa.';
comment on column sweep_point.kappa is 'Cohen''s, of the confident outcomes with the labels.';
comment on column sweep_point.sensitivity is 'Fractures not called negative, of all fractures: an inconclusive one goes to a person.';

create or replace view analyst.sweep_point as
select sweep_id,
       ordinal,
       p_low,
       entropy_max,
       area_max,
       alpha,
       labelled,
       tp,
       fp,
       tn,
       fn,
       inconclusive,
       coverage,
       accuracy,
       precision,
       recall,
       f1,
       overall_accuracy,
       specificity,
       npv,
       kappa,
       sensitivity
from public.sweep_point;
comment on column analyst.sweep_point.specificity is 'Share of the decided without fracture that are negative.';
comment on column analyst.sweep_point.npv is 'Right share of the negative.';
comment on column analyst.sweep_point.kappa is 'Cohen''s kappa of the decided with their labels.';
comment on column analyst.sweep_point.sensitivity is 'Share of all fractures not called negative: an inconclusive one goes to a person.';

create or replace view analyst.sweep as
select sweep.id as sweep_id,
       dataset.name as dataset,
       model.name as model,
       sweep.level,
       sweep.state,
       sweep.positives,
       sweep.negatives,
       sweep.unlabelled,
       sweep.roc_auc,
       sweep.created_at,
       sweep.finished_at,
       sweep.study_rule,
       sweep.label_source,
       calibrator.name as calibrator,
       calibrator.version as calibrator_version,
       sweep.filter - 'objectKeys' as filter,
       sweep.source,
       sweep.elapsed_ms,
       sweep.error_code
from public.sweep
join public.dataset on dataset.id = sweep.dataset_id
join public.model on model.id = sweep.model_id
left join public.calibrator on calibrator.id = sweep.calibrator_id;
comment on column analyst.sweep.study_rule is 'How a study is read from its views; null at image level.';
comment on column analyst.sweep.label_source is 'Whose label an image is compared with: image, or study.';
comment on column analyst.sweep.calibrator is 'Name of the calibrator p_low is on; null on the raw scale.';
comment on column analyst.sweep.calibrator_version is 'Its version.';
comment on column analyst.sweep.filter is 'What was asked of the images: bodyParts, splits, hardware, importedFrom, importedBefore, imageIds, runId. A list of object keys is left out, as they may name patients.';
comment on column analyst.sweep.source is 'rollup, scan, or grid: also from stored CAMs. Null until it is completed.';
comment on column analyst.sweep.elapsed_ms is 'What the evaluation took, in milliseconds; null until it is completed.';
comment on column analyst.sweep.error_code is 'Why it failed, as an error code; null otherwise.';
