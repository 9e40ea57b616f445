import type pg from "pg";
import type { Rejection } from "../pipeline/image-outcome.ts";
import type { FactScope } from "./write-predictions.ts";

/** Quarantines images that have no prediction of the model; one that another run could score stays scored. */
export async function writeRejections(
  client: pg.ClientBase,
  { modelId, runId }: FactScope,
  rejections: readonly Rejection[],
): Promise<void> {
  if (rejections.length === 0) return;
  await client.query(
    `insert into quarantine (model_id, run_id, image_id, code, message)
     select $1::int, $2::uuid, fact.image_id, fact.code, fact.message
     from unnest($3::bigint[], $4::text[], $5::text[]) as fact (image_id, code, message)
     where not exists (select from prediction where model_id = $1::int and image_id = fact.image_id)
     on conflict (model_id, image_id) do update
     set (run_id, code, message, created_at) = (excluded.run_id, excluded.code, excluded.message, now())`,
    [
      modelId,
      runId,
      rejections.map(({ imageId }) => imageId),
      rejections.map(({ code }) => code),
      rejections.map(({ message }) => storableText(message)),
    ],
  );
}

/** PostgreSQL text cannot hold NUL, which a damaged file can put into a decoder's message. */
function storableText(message: string): string {
  return message.replaceAll("\u0000", "\uFFFD").slice(0, 1_000);
}
