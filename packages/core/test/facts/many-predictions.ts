import { inTransaction, type Database } from "../../src/db/index.ts";

/** Predictions of images that are not stored, past triggers and keys: enough for a scan by several connections. */
export async function seedManyPredictions(
  { pool }: Database,
  rows: number,
): Promise<{ modelId: number; stratumId: number }> {
  const { rows: ids } = await pool.query<{ model: number; stratum: number }>(
    `with made_dataset as (
       insert into dataset (name, root, layout) values ('archive', '', 'external') returning id
     ), made_model as (
       insert into model (name, kind, alphas) values ('scorer', 'external', '{0.5}') returning id
     )
     select made_model.id as model, claim_stratum(made_dataset.id, 'wrist', 'valid', null) as stratum
     from made_dataset, made_model`,
  );
  const [made] = ids;
  if (made === undefined) throw new Error("nothing was made");
  await inTransaction(pool, async (client) => {
    await client.query("set local session_replication_role = replica");
    await client.query(
      `insert into prediction (model_id, image_id, stratum_id, probability, label, entropy, area_1)
       select $1, id, $2, (id % 1000) / 1000.0, case when id % 10 = 0 then null else id % 2 end,
              case when id % 7 > 0 then (id % 40) / 10.0 end, case when id % 11 > 0 then (id % 50) / 49.0 end
       from generate_series(1, $3::bigint) as id`,
      [made.model, made.stratum, rows],
    );
  });
  return { modelId: made.model, stratumId: made.stratum };
}
