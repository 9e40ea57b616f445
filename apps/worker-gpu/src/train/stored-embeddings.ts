import type { Database } from "@hairline/core/db";
import { EMBEDDING_LENGTH } from "@hairline/model/resnet";

/**
 * The embeddings that a model's runs stored of these images, one behind the other.
 *
 * @returns undefined unless every image has one: a head is fit on embeddings of one making
 */
export async function readStoredEmbeddings(
  { pool }: Database,
  modelId: number,
  imageIds: readonly number[],
): Promise<Float32Array | undefined> {
  const { rows } = await pool.query<{ image_id: number; embedding: Buffer }>(
    "select image_id, embedding from prediction_embedding where model_id = $1 and image_id = any ($2)",
    [modelId, imageIds],
  );
  if (rows.length < imageIds.length) return undefined;
  const placeOf = new Map(imageIds.map((imageId, place) => [imageId, place]));
  const all = new Float32Array(imageIds.length * EMBEDDING_LENGTH);
  const bytes = new Uint8Array(all.buffer);
  for (const { image_id: imageId, embedding } of rows)
    bytes.set(embedding, 4 * EMBEDDING_LENGTH * placeOf.get(imageId)!);
  return all;
}
