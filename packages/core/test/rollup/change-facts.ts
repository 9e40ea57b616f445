import type { Database } from "../../src/db/index.ts";
import type { RollupScope } from "../../src/rollup/index.ts";

/** Statements by which predictions, or what they are read with, change. Each touches about a quarter of the images. */
export const CHANGES = {
  "a prediction added": `
    insert into prediction (model_id, image_id, probability, entropy, area_1, area_2, area_3, area_4, area_5)
    select model.id, image.id, random(), 4 * random(), random(), random(), random(), random(), random()
    from image, model
    where image.dataset_id = $1 and (image.id + $2) % 4 = 0
    on conflict do nothing`,
  "a prediction written again": `
    insert into prediction (model_id, image_id, probability, entropy, area_1, area_2, area_3, area_4, area_5)
    select model.id, image.id, random(), 4 * random(), random(), random(), random(), random(), random()
    from image, model
    where image.dataset_id = $1 and (image.id + $2) % 4 = 0
    on conflict (model_id, image_id) do update
    set probability = excluded.probability, entropy = excluded.entropy, degenerate = false, area_1 = excluded.area_1,
        area_2 = excluded.area_2, area_3 = excluded.area_3, area_4 = excluded.area_4, area_5 = excluded.area_5`,
  "a CAM found degenerate": `
    update prediction set degenerate = true, entropy = null, area_1 = null, area_2 = null, area_3 = null, area_4 = null,
                          area_5 = null
    where image_id in (select id from image where dataset_id = $1 and (id + $2) % 4 = 0)`,
  "a label corrected": `
    update image set label = case label when 0 then 1 when 1 then null else 0 end
    where dataset_id = $1 and (id + $2) % 4 = 0`,
  "a prediction removed": `
    delete from prediction where image_id in (select id from image where dataset_id = $1 and (id + $2) % 4 = 0)`,
} as const;

export type Change = keyof typeof CHANGES;
export const CHANGE_NAMES = Object.keys(CHANGES) as Change[];

export async function change(
  database: Pick<Database, "pool">,
  scope: Pick<RollupScope, "datasetId">,
  { name, turn }: { name: Change; turn: number },
): Promise<void> {
  await database.pool.query(CHANGES[name], [scope.datasetId, turn]);
}

/** The scope of the only model and the named dataset. */
export async function scopeOf({ pool }: Database, dataset = "archive"): Promise<RollupScope> {
  const { rows } = await pool.query<{ model: number; dataset: number; alphas: number }>(
    `select model.id as model, dataset.id as dataset, cardinality(alphas) as alphas from model, dataset
     where dataset.name = $1 order by model.id limit 1`,
    [dataset],
  );
  const [row] = rows;
  if (row === undefined) throw new Error("nothing was seeded");
  return { modelId: row.model, datasetId: row.dataset, alphaCount: row.alphas };
}
