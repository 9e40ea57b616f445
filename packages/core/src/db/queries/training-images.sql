-- Which labelled images may a training use, and what does each count as?
-- Params: $1 dataset_id bigint; $2 filter image_filter without a run; $3 verdicts boolean, whether reviewers' verdicts
--   stand before the archive's labels.
-- Rows: one per image with a label, by object key in byte order. The verdict on a study is that of most reviewers, each
--   by the latest; a tie is none. No fracture holds for every image of the study; a fracture only for those the archive
--   does not label otherwise, unless it labels none of the study as one. An image without a label has its study's.
with reviewer_verdict as (
  select distinct on (study_id, reviewer) study_id, reviewer, verdict
  from study_verdict
  where $3::boolean
  order by study_id, reviewer, id desc
), reviewed as (
  select study_id, (2 * sum(verdict) > count(*))::int as verdict
  from reviewer_verdict
  group by study_id
  having 2 * sum(verdict) <> count(*)
), own as (
  select study_id, bool_or(label = 1) as has_positive
  from image
  where dataset_id = $1::bigint
  group by study_id
), labelled as (
  select image.id, image.object_key, image.byte_size, image.modified_at,
         case reviewed.verdict
           when 0 then 0
           when 1 then case when own.has_positive then coalesce(image.label, 1) else 1 end
           else coalesce(image.label, study.label)
         end as label,
         coalesce(image.split, study.split) as split,
         coalesce(image.body_part, study.body_part, '') as body_part,
         coalesce('patient ' || study.patient_key, 'study ' || study.study_key) as patient
  from image
  join study on study.id = image.study_id
  left join reviewed on reviewed.study_id = study.id
  left join own on own.study_id = study.id
  where image.dataset_id = $1::bigint and image_passes(image, study, null, $2::image_filter)
)
select id, object_key, byte_size, modified_at, label, split, body_part, patient
from labelled
where label is not null
order by object_key collate "C";
