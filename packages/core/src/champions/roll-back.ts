import { inTransaction, type Database } from "../db/index.ts";
import { HairlineError } from "../errors.ts";
import { championOf, type Champion } from "./current-champion.ts";
import { championNow, lockPromotions } from "./promote.ts";

export interface RollBackRequest {
  readonly database: Database;
  /** Whose champion goes; null for the default. */
  readonly dataset: string | null;
  readonly author?: string | undefined;
  readonly note?: string | undefined;
}

/**
 * Puts the champion before the present one back. Again, the one before that. Its policy is in force still, since policies
 * belong to models; scores and certificates of either stay.
 *
 * @throws HairlineError CHAMPION_NOT_FOUND when there is none, or none before it
 */
export function rollBackChampion(request: RollBackRequest): Promise<Champion> {
  const { database, dataset, author, note } = request;
  const place = dataset === null ? "by default" : `for ${dataset}`;
  return inTransaction(database.pool, async (client) => {
    await lockPromotions(client);
    const current = await championOf(client, dataset);
    if (current === undefined || current.previousId === null) {
      const what = current === undefined ? "No champion is set" : `No champion came before ${current.model}`;
      throw new HairlineError("CHAMPION_NOT_FOUND", `${what} ${place}.`, {
        field: "dataset",
        remedy: "See `hairline champion history`.",
      });
    }
    await client.query(
      `insert into promotion (dataset, action, model_id, previous_id, restores_id, reason, author)
       select $1, 'rolled_back', model_id, $2, id, $3, $4 from promotion where id = $5`,
      [dataset, current.promotionId, note ?? null, author ?? null, current.previousId],
    );
    return championNow(client, dataset);
  });
}
