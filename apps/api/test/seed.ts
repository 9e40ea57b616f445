import { randomUUID } from "node:crypto";
import type { Database } from "@hairline/core/db";
import sharp from "sharp";

export const RUN_ID = randomUUID();

/**
 * A dataset "archive" of three studies of one image each, scored by "scorer" (probabilities 0.9, 0.3, 0.1; entropies
 * 1, 3, 2), a fourth image in quarantine, and a run of it. Ids count from 1.
 */
export async function seed({ pool }: Database, root = ""): Promise<void> {
  await pool.query("insert into dataset (name, root, layout) values ('archive', $1, 'folder')", [root]);
  await pool.query("insert into model (name, kind, alphas) values ('scorer', 'external', '{0.5}')");
  await pool.query(
    "insert into study (dataset_id, study_key, body_part) select 1, 'study-' || n, 'hand' from generate_series(1, 4) as n",
  );
  await pool.query(
    `insert into image (dataset_id, study_id, object_key, label)
     select 1, n, 'image-' || n || '.png', (n = 1)::int from generate_series(1, 4) as n`,
  );
  await pool.query(
    `insert into prediction (model_id, image_id, probability, entropy, area_1)
     values (1, 1, 0.9, 1, 0.2), (1, 2, 0.3, 3, 0.2), (1, 3, 0.1, 2, 0.2)`,
  );
  await pool.query(
    "insert into prediction_cam (model_id, image_id, height, width, grid) values (1, 1, 2, 2, '{0,1,2,4}')",
  );
  await pool.query(
    "insert into quarantine (model_id, image_id, code, message) values (1, 4, 'IMAGE_TRUNCATED', 'ends early')",
  );
  await pool.query(
    `insert into run (id, dataset_id, model_id, shard_size, state, planned)
     values ($1, 1, 1, 256, 'running', 4)`,
    [RUN_ID],
  );
}

/** A grey PNG of 8×6 pixels. */
export function greyPng(): Promise<Buffer> {
  return sharp({ create: { width: 8, height: 6, channels: 3, background: "#808080" } })
    .png()
    .toBuffer();
}
