-- Removes what models said of images whose bytes changed; their CAM grids and embeddings go with the prediction.
-- Params: $1 image ids bigint[].
-- Rows: one, the predictions and quarantine rows removed. Joined with model, so that the primary keys serve.
with stale as (
  select model.id as model_id, image_id
  from model cross join unnest($1::bigint[]) as image_id
),
predictions as (
  delete from prediction using stale
  where prediction.model_id = stale.model_id and prediction.image_id = stale.image_id
  returning prediction.image_id
),
quarantined as (
  delete from quarantine using stale
  where quarantine.model_id = stale.model_id and quarantine.image_id = stale.image_id
  returning quarantine.image_id
)
select (select count(*)::int from predictions) as predictions, (select count(*)::int from quarantined) as quarantined;
