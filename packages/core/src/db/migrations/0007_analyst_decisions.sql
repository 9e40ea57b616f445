-- What analysts read of policies, certificates, sweeps and quarantine.

create view analyst.policy as
select policy.id as policy_id,
       policy.name as policy,
       policy.version,
       policy.level,
       policy.p_low,
       policy.p_low_scale,
       policy.p_cut,
       policy.entropy_max,
       policy.area_max,
       policy.alpha,
       calibrator.name as calibrator,
       calibrator.version as calibrator_version,
       policy.author,
       policy.note,
       policy.created_at
from public.policy left join public.calibrator on calibrator.id = policy.calibrator_id;
comment on view analyst.policy is 'Named, versioned thresholds of the triage rule, one version a row; never changed.';
comment on column analyst.policy.policy_id is 'Number of the version.';
comment on column analyst.policy.policy is 'Name.';
comment on column analyst.policy.version is 'From 1; the highest is the newest.';
comment on column analyst.policy.level is 'What its outcomes are of: image or study (rule views).';
comment on column analyst.policy.p_low is 'As it was asked for, on p_low_scale.';
comment on column analyst.policy.p_low_scale is 'raw, or calibrated by the calibrator.';
comment on column analyst.policy.p_cut is 'The smallest stored probability that p_low lets pass: what image_outcome takes as p_low.';
comment on column analyst.policy.entropy_max is 'CAM entropy a positive may have at most, in nats; null for no gate.';
comment on column analyst.policy.area_max is 'CAM area a positive may have at most, in [0, 1]; null for no gate.';
comment on column analyst.policy.alpha is 'Of the area.';
comment on column analyst.policy.calibrator is 'Name of the calibrator p_low is on; null for none.';
comment on column analyst.policy.calibrator_version is 'Its version.';
comment on column analyst.policy.author is 'Who made it; null when not given.';
comment on column analyst.policy.note is 'Why; null when not given.';
comment on column analyst.policy.created_at is 'When it was made.';

create view analyst.certificate as
select id as certificate_id,
       policy_id,
       dataset,
       body_part,
       result,
       claims,
       confidence,
       units,
       revoked_at,
       created_at
from public.certificate;
comment on view analyst.certificate is 'Tests of policies on labelled images that did not choose them, one a row. docs/POLICIES.md tells what they say.';
comment on column analyst.certificate.certificate_id is 'Number of the test.';
comment on column analyst.certificate.policy_id is 'The version of the policy; join with policy.';
comment on column analyst.certificate.dataset is 'Name of the archive tested on.';
comment on column analyst.certificate.body_part is 'The body part it is for; null when it is for all.';
comment on column analyst.certificate.result is 'certified, or refused.';
comment on column analyst.certificate.claims is 'The claims with their bounds: [{"metric", "target", "successes", "trials", "bound", "pValue"}, ...].';
comment on column analyst.certificate.confidence is 'Of all claims together.';
comment on column analyst.certificate.units is 'Labelled images or studies tested on.';
comment on column analyst.certificate.revoked_at is 'When it was revoked; null while it stands.';
comment on column analyst.certificate.created_at is 'When it was tested.';

create view analyst.sweep as
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
       sweep.finished_at
from public.sweep
join public.dataset on dataset.id = sweep.dataset_id
join public.model on model.id = sweep.model_id;
comment on view analyst.sweep is 'Sweeps of threshold grids, one a row.';
comment on column analyst.sweep.sweep_id is 'Identifies the sweep; join with sweep_point.';
comment on column analyst.sweep.dataset is 'Name of the archive.';
comment on column analyst.sweep.model is 'Name of the model.';
comment on column analyst.sweep.level is 'What outcomes are of: image or study.';
comment on column analyst.sweep.state is 'queued, running, completed, failed or cancelled.';
comment on column analyst.sweep.positives is 'Labelled 1, of what was swept; null until it is completed.';
comment on column analyst.sweep.negatives is 'Labelled 0, of what was swept; null until it is completed.';
comment on column analyst.sweep.unlabelled is 'Scored without a label, in no count.';
comment on column analyst.sweep.roc_auc is 'Area under the ROC curve of the probability; null when a class is absent.';
comment on column analyst.sweep.created_at is 'When it was asked for.';
comment on column analyst.sweep.finished_at is 'When it ended; null while it is open.';

create view analyst.sweep_point as
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
       overall_accuracy
from public.sweep_point;
comment on view analyst.sweep_point is 'Each config of each sweep with its counts and metrics, one a row. A metric is null where it is undefined.';
comment on column analyst.sweep_point.sweep_id is 'The sweep; join with sweep.';
comment on column analyst.sweep_point.ordinal is 'From 1; alpha varies fastest, then area_max, entropy_max, p_low.';
comment on column analyst.sweep_point.p_low is 'A probability below it is negative.';
comment on column analyst.sweep_point.entropy_max is 'CAM entropy a positive may have at most, in nats; null for no gate.';
comment on column analyst.sweep_point.area_max is 'CAM area a positive may have at most, in [0, 1]; null for no gate.';
comment on column analyst.sweep_point.alpha is 'Of the area.';
comment on column analyst.sweep_point.labelled is 'Labelled images or studies.';
comment on column analyst.sweep_point.tp is 'Positive and labelled 1.';
comment on column analyst.sweep_point.fp is 'Positive and labelled 0.';
comment on column analyst.sweep_point.tn is 'Negative and labelled 0.';
comment on column analyst.sweep_point.fn is 'Negative and labelled 1.';
comment on column analyst.sweep_point.inconclusive is 'Flagged and deferred, whatever the label.';
comment on column analyst.sweep_point.coverage is 'Decided share: 1 - inconclusive / labelled.';
comment on column analyst.sweep_point.accuracy is 'Right share of the decided.';
comment on column analyst.sweep_point.precision is 'Right share of the positive.';
comment on column analyst.sweep_point.recall is 'Share of the decided fractures that are positive.';
comment on column analyst.sweep_point.f1 is 'Harmonic mean of precision and recall.';
comment on column analyst.sweep_point.overall_accuracy is 'Right share of all labelled, inconclusive counted as wrong.';

create view analyst.quarantine as
select image.dataset_id,
       quarantine.model_id,
       quarantine.image_id,
       quarantine.code,
       quarantine.created_at
from public.quarantine join public.image on image.id = quarantine.image_id;
comment on view analyst.quarantine is 'Images a model could not score, one row an image and model. Codes are explained in docs/ERRORS.md.';
comment on column analyst.quarantine.dataset_id is 'Number of the archive.';
comment on column analyst.quarantine.model_id is 'Number of the model.';
comment on column analyst.quarantine.image_id is 'Number of the image.';
comment on column analyst.quarantine.code is 'Why, as an error code.';
comment on column analyst.quarantine.created_at is 'When.';
