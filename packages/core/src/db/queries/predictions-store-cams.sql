-- Stores the CAM grids of predictions just stored, and removes those of predictions that came without one.
-- Params: $1 dataset_id bigint; $2 model_id int; $3 rows json, [{object_key, height, width, grid}], grid null for none.
-- Rows: none.
with given as (
  select image.id as image_id, listed.height, listed.width, listed.grid
  from json_to_recordset($3::json) as listed(object_key text, height smallint, width smallint, grid real[])
  join image on image.dataset_id = $1::bigint and image.object_key = listed.object_key
), removed as (
  delete from prediction_cam using given
  where prediction_cam.model_id = $2::int and prediction_cam.image_id = given.image_id and given.grid is null
)
insert into prediction_cam (model_id, image_id, height, width, grid)
select $2::int, image_id, height, width, grid
from given
where grid is not null
order by image_id
on conflict (model_id, image_id) do update
set height = excluded.height,
    width = excluded.width,
    grid = excluded.grid;
