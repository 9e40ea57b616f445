import type pg from "pg";
import { decidePromotion } from "../comparison/index.ts";
import { inTransaction, type Database } from "../db/index.ts";
import { HairlineError } from "../errors.ts";
import { imageFilter, policyById, putInForce, readFingerprint } from "../policies/index.ts";
import { comparisonById, latestComparison, type ModelComparison } from "./comparison-store.ts";
import { readCertificateEvidence } from "./compared-policy.ts";
import { championOf, type Champion } from "./current-champion.ts";

export interface PromoteRequest {
  readonly database: Database;
  /** Name of the model. */
  readonly model: string;
  /** Whose champion it becomes; null for datasets without one of their own. */
  readonly dataset: string | null;
  /** The comparison to go by; the latest with the champion when left out. */
  readonly comparisonId?: number | undefined;
  /** Promotes without, or against, a comparison: the reason why. */
  readonly force?: string | undefined;
  readonly author?: string | undefined;
  readonly note?: string | undefined;
}

/**
 * Makes a model the champion, in one transaction: its comparison with the champion must say so and still hold (same
 * champion, same facts and labels, certificates not revoked since). The policy it was compared with is put in force for
 * it. Where no champion is set there is nothing to compare with. Runs keep the model they were opened with, and scores
 * of the old champion stay.
 *
 * @throws HairlineError MODEL_NOT_FOUND, DATASET_NOT_FOUND; PROMOTION_REFUSED saying why; COMPARISON_NOT_FOUND;
 *   BAD_ARGUMENT when it is the champion already
 */
export async function promoteModel(request: PromoteRequest): Promise<Champion> {
  const { database, dataset } = request;
  const modelId = await requireModelId(database, request.model);
  if (dataset !== null) await requireDataset(database, dataset);
  return inTransaction(database.pool, async (client) => {
    await lockPromotions(client);
    const current = await championOf(client, dataset);
    if (current?.modelId === modelId) {
      throw new HairlineError("BAD_ARGUMENT", `${request.model} is the champion already.`, {
        field: "model",
      });
    }
    const comparison = await comparisonToGoBy(client, request, { current, modelId });
    if (comparison?.challengerPolicyId != null) {
      const policy = await policyById(client, comparison.challengerPolicyId);
      const note = `promoted by comparison ${comparison.id}`;
      await putInForce(client, policy, { modelId, dataset, by: request.author ?? null, note });
    }
    await insertPromotion(client, request, { modelId, current, comparison });
    return championNow(client, dataset);
  });
}

/** Promotions and rollbacks of one place wait for each other, so that each knows what it follows. */
export async function lockPromotions(client: pg.PoolClient): Promise<void> {
  await client.query("lock table promotion in share row exclusive mode");
}

export async function championNow(client: pg.PoolClient, dataset: string | null): Promise<Champion> {
  const champion = await championOf(client, dataset);
  if (champion === undefined) throw new HairlineError("INTERNAL", "The promotion was not stored.");
  return champion;
}

async function requireModelId({ pool }: Database, name: string): Promise<number> {
  const { rows } = await pool.query<{ id: number }>("select id from model where name = $1", [name]);
  if (rows[0] !== undefined) return rows[0].id;
  throw new HairlineError("MODEL_NOT_FOUND", `No model is named ${JSON.stringify(name)}.`, {
    field: "model",
    remedy: "See `hairline model list`.",
  });
}

async function requireDataset({ pool }: Database, name: string): Promise<void> {
  const { rowCount } = await pool.query("select from dataset where name = $1", [name]);
  if (rowCount === 1) return;
  throw new HairlineError("DATASET_NOT_FOUND", `No dataset is named ${JSON.stringify(name)}.`, {
    field: "dataset",
    remedy: "See `hairline datasets`.",
  });
}

interface Place {
  readonly current: Champion | undefined;
  readonly modelId: number;
}

/** @returns undefined when the promotion is forced, or the first, and no comparison is named */
async function comparisonToGoBy(
  client: pg.PoolClient,
  request: PromoteRequest,
  { current, modelId }: Place,
): Promise<ModelComparison | undefined> {
  if (request.force !== undefined) {
    if (request.force.trim() !== "") return undefined;
    throw new HairlineError("BAD_ARGUMENT", "A forced promotion needs a reason.", { field: "reason" });
  }
  if (current === undefined) {
    if (request.comparisonId === undefined) return undefined;
    throw refused("there is no champion yet, so no comparison can be gone by: leave it out");
  }
  const comparison =
    request.comparisonId === undefined
      ? await latestComparison(client, {
          championId: current.modelId,
          challengerId: modelId,
          dataset: request.dataset,
        })
      : await comparisonById(client, request.comparisonId);
  if (comparison === undefined) {
    throw new HairlineError(
      "COMPARISON_NOT_FOUND",
      `${request.model} was not compared with the champion ${current.model}.`,
      { field: "comparison", remedy: `Run \`hairline champion compare ${current.model} ${request.model}\`.` },
    );
  }
  await requireHolding(client, request, { current, modelId, comparison });
  return comparison;
}

/** The comparison must be of these two, pass its rule, and nothing it was made of may have changed. */
async function requireHolding(
  client: pg.PoolClient,
  { dataset }: PromoteRequest,
  { current, modelId, comparison }: { current: Champion; modelId: number; comparison: ModelComparison },
): Promise<void> {
  if (comparison.challengerId !== modelId)
    throw refused(`comparison ${comparison.id} is of another challenger`);
  if (comparison.championId !== current.modelId) {
    throw refused(
      `comparison ${comparison.id} is with ${comparison.champion}, the champion is ${current.model}`,
    );
  }
  if (dataset !== null && comparison.dataset !== dataset) {
    throw refused(`comparison ${comparison.id} is of ${comparison.dataset}, not ${dataset}`);
  }
  const certificate = await readCertificateEvidence(client, {
    dataset: comparison.dataset,
    champion: { modelId: comparison.championId, policyId: comparison.championPolicyId },
    challenger: { modelId: comparison.challengerId, policyId: comparison.challengerPolicyId },
  });
  const { promote, reasons } = decidePromotion(comparison.rule, comparison.evidence, certificate);
  if (!promote) {
    const failed = reasons.filter(({ passed }) => !passed).map(({ reason }) => reason);
    throw refused(failed.join("; "));
  }
  await requireSameFacts(client, comparison);
}

async function requireSameFacts(client: pg.PoolClient, comparison: ModelComparison): Promise<void> {
  const { rows } = await client.query<{ id: number }>("select id from dataset where name = $1", [
    comparison.dataset,
  ]);
  if (rows[0] === undefined) throw refused(`${comparison.dataset} is no longer there`);
  const datasetId = rows[0].id;
  const filter = imageFilter(comparison);
  for (const [modelId, fingerprint] of [
    [comparison.championId, comparison.championFingerprint],
    [comparison.challengerId, comparison.challengerFingerprint],
  ] as const) {
    if ((await readFingerprint(client, { datasetId, modelId }, filter)) === fingerprint) continue;
    throw refused(
      `scores or labels of the images compared on have changed since comparison ${comparison.id}`,
    );
  }
}

function refused(why: string): HairlineError {
  return new HairlineError("PROMOTION_REFUSED", `Not promoted: ${why}.`, {
    remedy: "Compare again, or force it with a reason.",
  });
}

async function insertPromotion(
  client: pg.PoolClient,
  { dataset, author, note, force }: PromoteRequest,
  { modelId, current, comparison }: Place & { readonly comparison: ModelComparison | undefined },
): Promise<void> {
  await client.query(
    `insert into promotion (dataset, action, model_id, policy_id, previous_id, comparison_id, forced, reason, author)
     values ($1, 'promoted', $2, $3, $4, $5, $6, $7, $8)`,
    [
      dataset,
      modelId,
      comparison?.challengerPolicyId ?? null,
      current?.promotionId ?? null,
      comparison?.id ?? null,
      force !== undefined,
      force ?? note ?? null,
      author ?? null,
    ],
  );
}
