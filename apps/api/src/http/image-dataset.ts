import type { Database } from "@hairline/core/db";
import { HairlineError } from "@hairline/core/errors";

/** Where the bytes of an image lie. */
export interface ImageDataset {
  readonly dataset: string;
  readonly root: string;
  readonly objectKey: string;
}

/** @throws HairlineError IMAGE_NOT_FOUND */
export async function imageDataset({ pool }: Database, imageId: number): Promise<ImageDataset> {
  const { rows } = await pool.query<ImageDataset>(
    `select dataset.name as dataset, root, object_key as "objectKey"
     from image join dataset on dataset.id = image.dataset_id where image.id = $1`,
    [imageId],
  );
  if (rows[0] !== undefined) return rows[0];
  throw imageNotFound(imageId);
}

export function imageNotFound(imageId: number): HairlineError {
  return new HairlineError("IMAGE_NOT_FOUND", `There is no image ${imageId}.`, { field: "image" });
}
