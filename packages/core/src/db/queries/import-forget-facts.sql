-- Removes what models said of images whose bytes changed; their CAM grids and embeddings go with the prediction.
-- Params: $1 image ids bigint[].
-- Rows: one, the predictions and quarantine rows removed.
with predictions as (
  delete from prediction where image_id = any($1::bigint[]) returning image_id
),
quarantined as (
  delete from quarantine where image_id = any($1::bigint[]) returning image_id
)
select (select count(*)::int from predictions) as predictions, (select count(*)::int from quarantined) as quarantined;
