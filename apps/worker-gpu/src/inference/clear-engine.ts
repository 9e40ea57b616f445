import type { Database } from "@hairline/core/db";
import { requireVerified } from "@hairline/model/verify";
import type { EngineSettings } from "../config.ts";
import type { Logger } from "../log.ts";

/**
 * Asks before each shard whether the worker's engine is verified for the model, so that a verification that fails
 * stops the workers too. An override is put on record once for each model.
 *
 * @returns throws HairlineError ENGINE_NOT_VERIFIED
 */
export function createEngineClearance(
  database: Database,
  { engine, unverified: override }: EngineSettings,
  log: Logger,
): (modelId: number) => Promise<void> {
  const overridden = new Set<number>();
  return async (modelId) => {
    if (overridden.has(modelId)) return;
    const { unverified } = await requireVerified({ database, modelId, engine, override });
    if (unverified === null) return;
    overridden.add(modelId);
    log.warn({ modelId, engine, reason: unverified }, "scoring on an engine that is not verified, as told");
  };
}
