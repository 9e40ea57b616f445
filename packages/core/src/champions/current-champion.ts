import type pg from "pg";
import type { Database } from "../db/index.ts";
import { HairlineError } from "../errors.ts";

/** The model in use for a dataset, or with null for datasets without a champion of their own. */
export interface Champion {
  readonly dataset: string | null;
  readonly modelId: number;
  readonly model: string;
  /** Its scores are imported: it cannot score here. */
  readonly external: boolean;
  /** The promotion in effect. */
  readonly promotionId: number;
  /** What a rollback goes back to; null for the first. */
  readonly previousId: number | null;
  readonly policyId: number | null;
  readonly comparisonId: number | null;
  readonly forced: boolean;
  readonly since: Date;
  readonly sinceBy: string | null;
}

const SELECT = `
  select dataset, model_id as "modelId", model, external, promotion_id as "promotionId", previous_id as "previousId",
         policy_id as "policyId", comparison_id as "comparisonId", forced, since, since_by as "sinceBy"
  from champion`;

/** Every champion, the datasets' own by name, then the default. */
export async function listChampions({ pool }: Database): Promise<Champion[]> {
  const { rows } = await pool.query<Champion>(`${SELECT} order by dataset nulls last`);
  return rows;
}

/** The champion of exactly this place. */
export async function championOf(
  client: pg.ClientBase | pg.Pool,
  dataset: string | null,
): Promise<Champion | undefined> {
  const { rows } = await client.query<Champion>(`${SELECT} where dataset is not distinct from $1`, [dataset]);
  return rows[0];
}

/** The champion in use for a dataset: its own, else the default; undefined when none is set. */
export async function championFor({ pool }: Database, dataset: string): Promise<Champion | undefined> {
  const { rows } = await pool.query<Champion>(
    `${SELECT} where dataset = $1 or dataset is null order by dataset nulls last limit 1`,
    [dataset],
  );
  return rows[0];
}

/** @throws HairlineError CHAMPION_NOT_FOUND */
export async function requireChampion(database: Database, dataset: string): Promise<Champion> {
  const champion = await championFor(database, dataset);
  if (champion !== undefined) return champion;
  throw new HairlineError("CHAMPION_NOT_FOUND", `No champion is set for ${dataset}.`, {
    field: "dataset",
    remedy: "Set one with `hairline champion promote <model>`.",
  });
}

/** One act of the promotion log. */
export interface Promotion {
  readonly id: number;
  readonly dataset: string | null;
  readonly action: "promoted" | "rolled_back";
  readonly model: string;
  readonly policy: string | null;
  readonly comparisonId: number | null;
  readonly forced: boolean;
  readonly reason: string | null;
  readonly author: string | null;
  readonly createdAt: Date;
}

/** How models came into use, the latest first. */
export async function listPromotions({ pool }: Database): Promise<Promotion[]> {
  const { rows } = await pool.query<Promotion>(
    `select promotion.id, dataset, action, model.name as model, policy.name || '@' || policy.version as policy,
            comparison_id as "comparisonId", forced, reason, promotion.author, promotion.created_at as "createdAt"
     from promotion
     join model on model.id = promotion.model_id
     left join policy on policy.id = promotion.policy_id
     order by promotion.id desc`,
  );
  return rows;
}
