-- What are the embeddings of the views of some studies?
-- Params: $1 model_id int; $2 study_ids bigint[].
-- Rows: one per view that has one, by study and image.
select image.study_id,
       prediction_embedding.embedding
from image
join prediction_embedding on prediction_embedding.image_id = image.id and prediction_embedding.model_id = $1::int
where image.study_id = any ($2::bigint[])
order by image.study_id, image.id;
