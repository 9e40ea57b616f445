-- Why could images of a dataset not be scored by a model?
-- Params: $1 dataset_id bigint; $2 model_id int.
-- Rows: one per code, most frequent first; example is the first object key in order, first_image_id the lowest id.
select quarantine.code,
       count(*)::int as images,
       min(image.object_key) as example,
       min(image.id) as first_image_id
from quarantine join image on image.id = quarantine.image_id
where image.dataset_id = $1::bigint and quarantine.model_id = $2::int
group by quarantine.code
order by images desc, quarantine.code;
