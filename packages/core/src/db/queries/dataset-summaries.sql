-- What was imported, and how much of it is labelled?
-- Params: none.
-- Rows: one per dataset, by name.
with images as (
  select dataset_id,
         count(*)::int8 as images,
         count(label)::int8 as labelled,
         count(*) filter (where label = 1)::int8 as positive,
         coalesce(sum(byte_size), 0)::int8 as bytes
  from image
  group by dataset_id
),
studies as (
  select dataset_id, count(*)::int8 as studies
  from study
  group by dataset_id
)
select dataset.id,
       dataset.name,
       dataset.layout,
       dataset.root,
       dataset.created_at as "createdAt",
       coalesce(studies.studies, 0) as studies,
       coalesce(images.images, 0) as images,
       coalesce(images.labelled, 0) as labelled,
       coalesce(images.positive, 0) as positive,
       coalesce(images.bytes, 0) as bytes
from dataset
left join studies on studies.dataset_id = dataset.id
left join images on images.dataset_id = dataset.id
order by dataset.name;
