import type { Database } from "@hairline/core/db";
import { HairlineError } from "@hairline/core/errors";
import type { ObjectStore } from "@hairline/core/storage";
import type { PixelImage } from "@hairline/imaging/preprocess";
import { ENGINES } from "../engine/catalogue/catalogue.ts";
import { REFERENCE_ENGINE, type EngineName } from "../engine/catalogue/engine-name.ts";
import type { EngineOptions } from "../engine/catalogue/engine-kind.ts";
import { openEngine } from "../engine/open-engine.ts";
import { probeEngine } from "../engine/probe/probe-engine.ts";
import { storedArtefact } from "../registry/artefacts.ts";
import type { ResnetModelRecord } from "../registry/model-record.ts";
import { getBaseNetwork } from "../registry/model-rows.ts";
import { measureDeviation } from "./deviation.ts";
import { probeImages, PROBE_SET } from "./probe-images.ts";
import { runImages, type RunImagesOptions } from "./run-images.ts";
import { TOLERANCES } from "./tolerances.ts";
import { insertVerification } from "./verification-rows.ts";
import type { Verification } from "./verification.ts";

export interface VerifyOptions extends EngineOptions, RunImagesOptions {
  readonly database: Database;
  readonly store: ObjectStore;
  readonly model: ResnetModelRecord;
  readonly engine: EngineName;
  /** Compared on instead of the built-in probe set, and what they are. */
  readonly images?: { readonly source: string; readonly pixels: readonly PixelImage[] } | undefined;
}

/**
 * Compares an engine with the reference engine (the fp32 network on the CPU) image by image, and stores the result,
 * passed or not: workers score on the engine only after a result that passed.
 *
 * @throws HairlineError ENGINE_UNAVAILABLE with the reason and what to install, BAD_ARGUMENT when the engine does not
 *   take the model's precision, MODEL_DAMAGED, INFERENCE_FAILED
 */
export async function verifyEngine(options: VerifyOptions): Promise<Verification> {
  const { database, store, model, engine, threads, device } = options;
  await requireAvailable(engine);
  const { source, pixels } = options.images ?? {
    source: PROBE_SET,
    pixels: probeImages(model.precision, model.preprocessing.inputSize),
  };
  const base = await getBaseNetwork(database, model);
  await using reference = await openEngine({
    engine: REFERENCE_ENGINE,
    artefact: storedArtefact(store, base),
    threads,
  });
  await using candidate = await openEngine({
    engine,
    artefact: storedArtefact(store, model),
    threads,
    device,
  });
  const { signal, onProgress } = options;
  const expected = await runImages(reference, pixels, { signal });
  const given = await runImages(candidate, pixels, { signal, onProgress });
  return insertVerification(database, {
    modelId: model.id,
    engine,
    engineVersion: ENGINES[engine].version(),
    device: candidate.device,
    graphSha256: model.graph.sha256,
    probe: source,
    deviation: measureDeviation(expected, given),
    tolerance: TOLERANCES[model.precision],
  });
}

/** In a process of its own first: a driver that aborts would end this one without a word. */
async function requireAvailable(engine: EngineName): Promise<void> {
  const { available, reason, howToInstall } = await probeEngine(engine);
  if (available) return;
  throw new HairlineError("ENGINE_UNAVAILABLE", `The engine ${engine} cannot run here: ${reason}`, {
    field: engine,
    remedy: howToInstall,
  });
}
