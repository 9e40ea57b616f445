-- What analysts read: views and functions without keys, and the keys in a view of their own.

-- Finds the first study of a patient, whose id stands for the patient in views.
create index study_patient on study (dataset_id, patient_key, id) where patient_key is not null;

create schema analyst;
comment on schema analyst is 'What analysts read in psql or a BI tool. Views run with the owner''s rights, so that a role needs no right on a table. Keys of patients, studies and images are in image_key alone.';

create view analyst.dataset as
select id as dataset_id,
       name as dataset,
       layout,
       created_at
from public.dataset;
comment on view analyst.dataset is 'Imported archives, one a row.';
comment on column analyst.dataset.dataset_id is 'Number of the archive.';
comment on column analyst.dataset.dataset is 'Name of the archive, as commands take it.';
comment on column analyst.dataset.layout is 'How it was read: mura, manifest, folder, or external for imported predictions without an archive.';
comment on column analyst.dataset.created_at is 'When it was first imported.';

create view analyst.model as
select id as model_id,
       name as model,
       kind,
       architecture,
       input_size,
       alphas,
       created_at
from public.model;
comment on view analyst.model is 'Scorers, one a row.';
comment on column analyst.model.model_id is 'Number of the model.';
comment on column analyst.model.model is 'Name of the model, as commands take it.';
comment on column analyst.model.kind is 'resnet for weights that are run here, external for imported scores.';
comment on column analyst.model.architecture is 'resnet18 or resnet34; null for an external model.';
comment on column analyst.model.input_size is 'Side of the square the image is stretched to, in pixels; null for an external model.';
comment on column analyst.model.alphas is 'The alpha of area_1, area_2, ... of the model''s predictions.';
comment on column analyst.model.created_at is 'When it was imported.';

create view analyst.image_fact as
select image.dataset_id,
       dataset.name as dataset,
       prediction.model_id,
       model.name as model,
       image.id as image_id,
       study.id as study_id,
       coalesce(
         (select min(first.id) from public.study as first
          where first.dataset_id = study.dataset_id and first.patient_key = study.patient_key),
         study.id
       ) as patient_number,
       coalesce(image.body_part, study.body_part) as body_part,
       coalesce(image.split, study.split) as split,
       image.view,
       image.hardware,
       image.label,
       study.label as study_label,
       prediction.probability,
       prediction.logit,
       prediction.entropy,
       prediction.entropy_normalized,
       prediction.degenerate,
       model.alphas,
       prediction.area_1,
       prediction.area_2,
       prediction.area_3,
       prediction.area_4,
       prediction.area_5,
       prediction.area_6,
       prediction.area_7,
       prediction.area_8
from public.prediction
join public.image on image.id = prediction.image_id
join public.study on study.id = image.study_id
join public.dataset on dataset.id = image.dataset_id
join public.model on model.id = prediction.model_id;
comment on view analyst.image_fact is 'What a model said of an image and what the archive says of it, one row an image and model.';
comment on column analyst.image_fact.dataset_id is 'Number of the archive.';
comment on column analyst.image_fact.dataset is 'Name of the archive.';
comment on column analyst.image_fact.model_id is 'Number of the model. Filter by it to read that model''s partition alone.';
comment on column analyst.image_fact.model is 'Name of the model.';
comment on column analyst.image_fact.image_id is 'Number of the image; its object key is in image_key.';
comment on column analyst.image_fact.study_id is 'Number of the study.';
comment on column analyst.image_fact.patient_number is 'One number for all images of a patient: the id of the patient''s first study, or of the image''s own where the patient is unknown. Resample by it.';
comment on column analyst.image_fact.body_part is 'The image''s own, else its study''s; null when unknown.';
comment on column analyst.image_fact.split is 'train, valid or another split; null when unknown.';
comment on column analyst.image_fact.view is 'Projection: AP, lateral, oblique; null when unknown.';
comment on column analyst.image_fact.hardware is 'Plates, screws or a cast in the picture; null when unknown.';
comment on column analyst.image_fact.label is '1 fracture, 0 none, null unknown; of the image.';
comment on column analyst.image_fact.study_label is '1 when any image of the study is labelled 1, 0 when all labelled ones are 0, null when none is labelled.';
comment on column analyst.image_fact.probability is 'Of fracture, in [0, 1]: the sigmoid of the logit, not calibrated.';
comment on column analyst.image_fact.logit is 'Raw output; null for an external model.';
comment on column analyst.image_fact.entropy is 'Shannon entropy of the CAM, in nats; null for a degenerate CAM or when not given. Null passes no gate.';
comment on column analyst.image_fact.entropy_normalized is 'Entropy / ln(cells), in [0, 1]; null as entropy.';
comment on column analyst.image_fact.degenerate is 'The CAM is flat or all zero: it points nowhere and never counts as localised.';
comment on column analyst.image_fact.alphas is 'The alpha of area_1, area_2, ...';
comment on column analyst.image_fact.area_1 is 'Share of CAM cells strictly above alphas[1] times the largest, in [0, 1]; null when degenerate or not given.';
comment on column analyst.image_fact.area_2 is 'As area_1, for alphas[2].';
comment on column analyst.image_fact.area_3 is 'As area_1, for alphas[3].';
comment on column analyst.image_fact.area_4 is 'As area_1, for alphas[4].';
comment on column analyst.image_fact.area_5 is 'As area_1, for alphas[5].';
comment on column analyst.image_fact.area_6 is 'As area_1, for alphas[6].';
comment on column analyst.image_fact.area_7 is 'As area_1, for alphas[7].';
comment on column analyst.image_fact.area_8 is 'As area_1, for alphas[8].';

create view analyst.image_cam as
select model_id,
       image_id,
       height,
       width,
       grid
from public.prediction_cam;
comment on view analyst.image_cam is 'Stored CAM grids, one row an image and model.';
comment on column analyst.image_cam.model_id is 'Number of the model.';
comment on column analyst.image_cam.image_id is 'Number of the image.';
comment on column analyst.image_cam.height is 'Rows of the grid.';
comment on column analyst.image_cam.width is 'Columns of the grid.';
comment on column analyst.image_cam.grid is 'Grad-CAM after ReLU, row by row, in units of the logit. cam_area(grid, alpha) counts an area at any alpha.';

create view analyst.image_box as
select image.dataset_id,
       image.id as image_id,
       box.ordinal::int as box,
       (box.edges ->> 0)::float8 as x0,
       (box.edges ->> 1)::float8 as y0,
       (box.edges ->> 2)::float8 as x1,
       (box.edges ->> 3)::float8 as y1,
       image.width as image_width,
       image.height as image_height
from public.image
cross join jsonb_array_elements(image.boxes) with ordinality as box(edges, ordinal);
comment on view analyst.image_box is 'Known lesion boxes, one a row.';
comment on column analyst.image_box.dataset_id is 'Number of the archive.';
comment on column analyst.image_box.image_id is 'Number of the image.';
comment on column analyst.image_box.box is 'Place among the image''s boxes, from 1.';
comment on column analyst.image_box.x0 is 'Left edge, in pixels of the stored image.';
comment on column analyst.image_box.y0 is 'Top edge, in pixels of the stored image.';
comment on column analyst.image_box.x1 is 'Right edge, in pixels of the stored image.';
comment on column analyst.image_box.y1 is 'Bottom edge, in pixels of the stored image.';
comment on column analyst.image_box.image_width is 'Width of the stored image in pixels; null until localisation was asked for.';
comment on column analyst.image_box.image_height is 'Height of the stored image in pixels; null as image_width.';

create view analyst.study_fact as
select pooled.dataset_id,
       dataset.name as dataset,
       pooled.model_id,
       model.name as model,
       study.id as study_id,
       coalesce(
         (select min(first.id) from public.study as first
          where first.dataset_id = study.dataset_id and first.patient_key = study.patient_key),
         study.id
       ) as patient_number,
       study.body_part,
       study.split,
       study.label,
       (select count(*) from public.image where image.study_id = study.id) as images,
       pooled.views,
       pooled.probability_mean,
       pooled.probability_max,
       pooled.probability_min,
       pooled.probability_noisy_or,
       pooled.leading_image_id
from (
  select image.dataset_id,
         prediction.model_id,
         image.study_id,
         count(*) as views,
         case when sum(probability::float8 order by probability) / count(*) > 2::float8 ^ (-150)
              then (sum(probability::float8 order by probability) / count(*))::real
              else 0
         end as probability_mean,
         max(probability) as probability_max,
         min(probability) as probability_min,
         public.noisy_or(probability order by probability)::real as probability_noisy_or,
         (array_agg(image.id order by probability desc, image.id))[1] as leading_image_id
  from public.prediction join public.image on image.id = prediction.image_id
  group by image.dataset_id, prediction.model_id, image.study_id
) as pooled
join public.study on study.id = pooled.study_id
join public.dataset on dataset.id = pooled.dataset_id
join public.model on model.id = pooled.model_id;
comment on view analyst.study_fact is 'Probabilities of a study pooled over its scored views, one row a study and model.';
comment on column analyst.study_fact.dataset_id is 'Number of the archive.';
comment on column analyst.study_fact.dataset is 'Name of the archive.';
comment on column analyst.study_fact.model_id is 'Number of the model.';
comment on column analyst.study_fact.model is 'Name of the model.';
comment on column analyst.study_fact.study_id is 'Number of the study.';
comment on column analyst.study_fact.patient_number is 'One number for all studies of a patient; as in image_fact.';
comment on column analyst.study_fact.body_part is 'What all images of the study share, else null.';
comment on column analyst.study_fact.split is 'What all images of the study share, else null.';
comment on column analyst.study_fact.label is '1 when any image is labelled 1, 0 when all labelled ones are 0, null when none is labelled.';
comment on column analyst.study_fact.images is 'Images of the study, scored or not.';
comment on column analyst.study_fact.views is 'Images of the study scored by the model.';
comment on column analyst.study_fact.probability_mean is 'Mean of the views'' probabilities.';
comment on column analyst.study_fact.probability_max is 'Highest of the views'' probabilities.';
comment on column analyst.study_fact.probability_min is 'Lowest of the views'' probabilities.';
comment on column analyst.study_fact.probability_noisy_or is '1 - product of (1 - p) over the views: a fracture in any view, were views independent.';
comment on column analyst.study_fact.leading_image_id is 'The view of the highest probability, of equal ones that stored first.';

create function analyst.image_outcome(
  dataset text, model text, p_low real, entropy_max real default null, area_max real default null,
  alpha float8 default 0.5, entropy_min real default null, area_min real default null
) returns table (
  image_id bigint, study_id bigint, patient_number bigint, body_part text, split text, label smallint,
  probability real, entropy real, area real, degenerate boolean, outcome text, reason text
) language sql stable
begin atomic
  with fact as (
    select image_fact.*,
           case when image_outcome.area_max is null and image_outcome.area_min is null then null
                when array_position(alphas, image_outcome.alpha::real) is null
                then (select public.cam_area(image_cam.grid, image_outcome.alpha) from analyst.image_cam
                      where image_cam.model_id = image_fact.model_id and image_cam.image_id = image_fact.image_id)
                else (array[area_1, area_2, area_3, area_4, area_5, area_6, area_7, area_8])[array_position(alphas, image_outcome.alpha::real)]
           end as area
    from analyst.image_fact
    where image_fact.dataset_id = (select dataset_id from analyst.dataset where dataset.dataset = image_outcome.dataset)
      and image_fact.model_id = (select model_id from analyst.model where model.model = image_outcome.model)
  ), reading as (
    select fact.*,
           public.triage_reason(fact.probability, fact.entropy, fact.area, fact.degenerate, image_outcome.p_low,
                                image_outcome.entropy_max, image_outcome.area_max) as by_rule
    from fact
  ), judged as (
    select reading.*,
           case when by_rule <> 'localised' then by_rule
                when image_outcome.entropy_min is not null and reading.entropy is null then 'facts_missing'
                when reading.entropy < image_outcome.entropy_min then 'entropy_below'
                when image_outcome.area_min is not null and reading.area is null then 'facts_missing'
                when reading.area < image_outcome.area_min then 'area_below'
                else 'localised'
           end as judged_reason
    from reading
  )
  select judged.image_id, judged.study_id, judged.patient_number, judged.body_part, judged.split, judged.label,
         judged.probability, judged.entropy, judged.area, judged.degenerate,
         case judged_reason when 'localised' then 'positive' when 'below_p_low' then 'negative' else 'inconclusive' end,
         judged_reason
  from judged;
end;
comment on function analyst.image_outcome is 'Each scored image''s outcome (negative, positive, inconclusive) under thresholds, and why: the triage rule, exactly. entropy_min and area_min, which the rule has not, make the inverted and two-sided gates of `hairline gates`; they add the reasons entropy_below and area_below. A null threshold leaves its gate out; area is null where no area gate is set.';

create function analyst.study_outcome(
  dataset text, model text, p_low real, entropy_max real default null, area_max real default null,
  alpha float8 default 0.5, rule text default 'views'
) returns table (
  study_id bigint, patient_number bigint, label smallint, views bigint, probability real, outcome text
) language sql stable
begin atomic
  with view as (
    select * from analyst.image_outcome(
      study_outcome.dataset, study_outcome.model, study_outcome.p_low, study_outcome.entropy_max,
      study_outcome.area_max, study_outcome.alpha)
  ), by_views as (
    select view.study_id,
           case when bool_or(view.outcome = 'positive') then 'positive'
                when bool_and(view.outcome = 'negative') then 'negative'
                else 'inconclusive'
           end as outcome
    from view
    group by view.study_id
  ), pooled as (
    select study_fact.*,
           case study_outcome.rule when 'mean' then probability_mean
                                   when 'min' then probability_min
                                   when 'noisy_or' then probability_noisy_or
                                   else probability_max
           end as pooled_probability
    from analyst.study_fact
    where study_fact.dataset_id = (select dataset_id from analyst.dataset where dataset.dataset = study_outcome.dataset)
      and study_fact.model_id = (select model_id from analyst.model where model.model = study_outcome.model)
  ), judged as (
    select pooled.*,
           by_views.outcome as by_views,
           public.triage_reason(pooled_probability, lead.entropy, lead.area, lead.degenerate, study_outcome.p_low,
                                study_outcome.entropy_max, study_outcome.area_max) as reason
    from pooled
    join by_views on by_views.study_id = pooled.study_id
    join view as lead on lead.image_id = pooled.leading_image_id
  )
  select judged.study_id, judged.patient_number, judged.label, judged.views, judged.pooled_probability,
         case when study_outcome.rule = 'views' then by_views
              when study_outcome.rule in ('mean', 'max', 'min', 'noisy_or')
              then case reason when 'localised' then 'positive' when 'below_p_low' then 'negative' else 'inconclusive' end
         end
  from judged;
end;
comment on function analyst.study_outcome is 'Each study''s outcome under thresholds. rule views: any positive view makes it positive, else any inconclusive one inconclusive, else negative. rule mean, max, min, noisy_or: the triage rule on the pooled probability and the CAM of the leading view. Null for another rule.';

create view analyst.image_key as
select image.id as image_id,
       image.object_key,
       study.id as study_id,
       study.study_key,
       study.patient_key
from public.image join public.study on study.id = image.study_id;
comment on view analyst.image_key is 'Keys of images, studies and patients as the archive gives them, which may tell who a patient is. Not granted unless asked for.';
comment on column analyst.image_key.image_id is 'Number of the image.';
comment on column analyst.image_key.object_key is 'Path of the image below the archive''s root.';
comment on column analyst.image_key.study_id is 'Number of the study.';
comment on column analyst.image_key.study_key is 'The study''s key.';
comment on column analyst.image_key.patient_key is 'The patient''s key; null when unknown.';
