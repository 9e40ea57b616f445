import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Database } from "@hairline/core/db";
import { isHairlineError } from "@hairline/core/errors";
import { loadPixels, type PixelImage } from "@hairline/imaging/preprocess";
import { DEMO_PREPROCESSING } from "@hairline/model/demo";

export interface TrainingImage {
  readonly path: string;
  readonly label: 0 | 1;
}

/** Labelled images of the train split; which of them can be read is found out by reading them. */
export async function listTrainingImages(
  database: Database,
  { datasetId, root }: { readonly datasetId: number; readonly root: string },
): Promise<TrainingImage[]> {
  const { rows } = await database.pool.query<{ object_key: string; label: 0 | 1 }>(
    `select object_key, label from image
     where dataset_id = $1 and split = 'train' and label is not null
     order by object_key`,
    [datasetId],
  );
  return rows.map(({ object_key, label }) => ({ path: join(root, object_key), label }));
}

/** Pixels and labels, one at a time; files that were damaged on purpose are left to the quarantine of the run. */
export async function* loadTrainingImages(
  images: readonly TrainingImage[],
): AsyncGenerator<{ pixels: PixelImage; label: 0 | 1 }> {
  for (const { path, label } of images) {
    const pixels = await loadPixels(await readFile(path), DEMO_PREPROCESSING).catch((error: unknown) => {
      if (isHairlineError(error)) return undefined;
      throw error;
    });
    if (pixels !== undefined) yield { pixels, label };
  }
}
