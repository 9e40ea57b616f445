-- Stores the rejections of a batch under the ordinals that follow $2.
-- Params: $1 import_id uuid; $2 rejections stored before bigint; $3 rejections json, [{objectKey, line, code, message}].
-- Rows: none.
insert into import_rejection (import_id, ordinal, object_key, line, code, message)
select $1::uuid, $2::bigint + given.ordinal, given."objectKey", given.line, given.code, given.message
from rows from (
  json_to_recordset($3::json) as ("objectKey" text, line bigint, code text, message text)
) with ordinality as given("objectKey", line, code, message, ordinal)
order by given.ordinal;
