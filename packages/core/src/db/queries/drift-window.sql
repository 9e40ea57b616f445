-- How many images of a window are quarantined, and how many scored ones does it share with another?
-- Params: $1 dataset_id bigint; $2 model_id int; $3 filter image_filter; $4 filter image_filter of the other window.
-- Rows: one.
select (
         select count(*)
         from quarantine
         join image on image.id = quarantine.image_id
         join study on study.id = image.study_id
         where image.dataset_id = $1::bigint and quarantine.model_id = $2::int
           and image_passes(image, study, quarantine.run_id, $3::image_filter)
       ) as quarantined,
       (
         select count(*)
         from prediction
         join image on image.id = prediction.image_id
         join study on study.id = image.study_id
         where image.dataset_id = $1::bigint and prediction.model_id = $2::int
           and image_passes(image, study, prediction.run_id, $3::image_filter)
           and image_passes(image, study, prediction.run_id, $4::image_filter)
       ) as shared;
