import type { Database } from "@hairline/core/db";
import { HairlineError } from "@hairline/core/errors";
import { ENGINES } from "../engine/catalogue/catalogue.ts";
import { REFERENCE_ENGINE, type EngineName } from "../engine/catalogue/engine-name.ts";
import { requireNetwork, type ResnetModelRecord } from "../registry/model-record.ts";
import { getModelById } from "../registry/model-rows.ts";
import { insertOverride, latestVerification } from "./verification-rows.ts";
import type { Verification } from "./verification.ts";

export interface RequireVerifiedOptions {
  readonly database: Database;
  readonly modelId: number;
  readonly engine: EngineName;
  /** Score all the same, and put it on record. */
  readonly override?: "allow" | undefined;
}

export interface EngineClearance {
  /** Why the engine is not verified; null when it is, or is the reference itself. */
  readonly unverified: string | null;
}

/**
 * Lets a worker score a model on an engine. fp32 on the CPU is the reference and needs no proof; everything else needs
 * its latest verification to have passed, with this version of the library and this graph.
 *
 * @throws HairlineError ENGINE_NOT_VERIFIED unless overridden; MODEL_NOT_FOUND, BAD_ARGUMENT for an external model,
 *   ENGINE_UNAVAILABLE when the engine's library is not installed
 */
export async function requireVerified({
  database,
  modelId,
  engine,
  override,
}: RequireVerifiedOptions): Promise<EngineClearance> {
  const model = requireNetwork(await getModelById(database, modelId));
  if (engine === REFERENCE_ENGINE && model.precision === "fp32") return { unverified: null };
  const engineVersion = ENGINES[engine].version();
  const latest = await latestVerification(database, { modelId, engine });
  const fault = faultOf(latest, { engineVersion, model });
  if (fault === null) return { unverified: null };
  if (override !== "allow")
    throw new HairlineError("ENGINE_NOT_VERIFIED", `${model.name} on ${engine}: ${fault}.`, {
      field: "engine",
      remedy: `Run \`hairline model verify ${model.name} --engine ${engine}\` where the worker runs.`,
    });
  await insertOverride(database, { modelId, engine, engineVersion, reason: fault });
  return { unverified: fault };
}

function faultOf(
  latest: Verification | undefined,
  { engineVersion, model }: { readonly engineVersion: string; readonly model: ResnetModelRecord },
): string | null {
  if (latest === undefined) return "never verified";
  if (latest.graphSha256 !== model.graph.sha256) return "verified with another graph";
  if (latest.engineVersion !== engineVersion)
    return `verified with version ${latest.engineVersion}, and this is ${engineVersion}`;
  if (latest.passed) return null;
  const { deviation, tolerance } = latest;
  return (
    `failed its verification: logits differ by ${deviation.logitRelative.toPrecision(3)} ` +
    `(${tolerance.logit} allowed), CAMs by ${deviation.camRelative.toPrecision(3)} (${tolerance.cam} allowed)`
  );
}
