-- How many images are in quarantine, for which reason, over all models and datasets?
-- Params: none.
-- Rows: one per code there is.
select code, count(*)::bigint as images
from quarantine
group by code
order by code;
