import { HairlineError } from "@hairline/core/errors";
import { ENGINES } from "./catalogue/catalogue.ts";
import type { EngineOptions } from "./catalogue/engine-kind.ts";
import type { EngineName } from "./catalogue/engine-name.ts";
import type { InferenceEngine } from "./inference-engine.ts";
import type { ModelArtefact } from "./model-artefact.ts";

export interface OpenEngineOptions extends EngineOptions {
  readonly engine: EngineName;
  readonly artefact: ModelArtefact;
}

/**
 * Opens a network on the engine named.
 *
 * @throws HairlineError ENGINE_UNAVAILABLE when the engine cannot run here, BAD_ARGUMENT when it does not take the
 *   network's precision or an option is out of range, MODEL_DAMAGED when a file of the model cannot be used
 */
export async function openEngine({
  engine,
  artefact,
  ...options
}: OpenEngineOptions): Promise<InferenceEngine> {
  const kind = ENGINES[engine];
  if (!kind.precisions.includes(artefact.precision))
    throw new HairlineError("BAD_ARGUMENT", `${kind.title} does not run ${artefact.precision} networks.`, {
      field: "engine",
      remedy: `Give it a model in ${kind.precisions.join(" or ")}.`,
    });
  return kind.open(artefact, options);
}
