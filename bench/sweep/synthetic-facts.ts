import { type Database, inTransaction } from "@hairline/core/db";

export const DATASET = "bench";

/** Predictions made by the server: shares of ties, missing labels and degenerate CAMs as an archive has them. */
const GENERATE = `
  insert into prediction (model_id, image_id, stratum_id, probability, label, degenerate, entropy,
                          area_1, area_2, area_3, area_4, area_5, logit, entropy_normalized)
  select $1, id, $2, p, case when hashint8(id) % 50 = 0 then null when random() < p * 0.8 then 1 else 0 end, flat,
         case when not flat then e end,
         case when not flat then area end,
         case when not flat then floor(area * 49 * 0.8)::real / 49 end,
         case when not flat then floor(area * 49 * 0.6)::real / 49 end,
         case when not flat then floor(area * 49 * 0.4)::real / 49 end,
         case when not flat then floor(area * 49 * 0.2)::real / 49 end,
         0, case when not flat then e / 4 end
  from (
    select id,
           (case when random() < 0.1 then round(random()::numeric, 2) else power(random(), 2)::numeric end)::real as p,
           (case when random() < 0.1 then round((3.8 * random())::numeric, 1)
                 else (3.89 * sqrt(random()))::numeric end)::real as e,
           ceil(49 * random())::real / 49 as area,
           random() < 0.01 as flat
    from generate_series($3::bigint, $4::bigint) as id
  ) as fact`;

/** 7 x 7 cells each, of made-up heat: what an alpha that no column holds is counted from. */
const GENERATE_CAMS = `
  insert into prediction_cam (model_id, image_id, height, width, grid)
  select $1, id, 7, 7, array(select random()::real from generate_series(1, 49) where id is not null)
  from generate_series($2::bigint, $3::bigint) as id`;

const CHUNK_ROWS = 1_000_000;

/**
 * A model with so many predictions. They are written past triggers and foreign keys, and of images that are not
 * stored: no sweep without a filter on images reads those.
 *
 * @returns the model's id
 */
export async function generateFacts(
  { pool }: Database,
  { model, rows, cams }: { model: string; rows: number; cams: boolean },
): Promise<number> {
  const { rows: models } = await pool.query<{ id: number }>(
    "insert into model (name, kind, alphas) values ($1, 'external', '{0.3,0.4,0.5,0.6,0.7}') returning id",
    [model],
  );
  const modelId = models[0]?.id ?? 0;
  const stratumId = await claimStratum(pool);
  for (let first = 1; first <= rows; first += CHUNK_ROWS) {
    const last = Math.min(rows, first + CHUNK_ROWS - 1);
    await inTransaction(pool, async (client) => {
      await client.query("set local session_replication_role = replica");
      await client.query("select setseed($1)", [first / 1e9]);
      await client.query(GENERATE, [modelId, stratumId, first, last]);
      if (cams) await client.query(GENERATE_CAMS, [modelId, first, last]);
    });
  }
  await pool.query(`vacuum analyze prediction_model_${modelId}`);
  await pool.query("vacuum analyze prediction_cam");
  return modelId;
}

async function claimStratum(pool: Database["pool"]): Promise<number> {
  const { rows } = await pool.query<{ id: number }>(
    `with made as (
       insert into dataset (name, root, layout) values ($1, '', 'external') on conflict do nothing returning id
     )
     select claim_stratum((select id from made union all select id from dataset where name = $1 limit 1),
                          'wrist', 'valid', false) as id`,
    [DATASET],
  );
  return rows[0]?.id ?? 0;
}
