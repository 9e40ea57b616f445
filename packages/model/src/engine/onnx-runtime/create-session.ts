import { HairlineError, isHairlineError } from "@hairline/core/errors";
import type { InferenceSession } from "onnxruntime-node";
import type { Runtime } from "./load-runtime.ts";
import { providerIdentityGraph } from "./identity-graph.ts";
import { sessionOptions, type ProviderOptions } from "./provider.ts";

/**
 * @param model an ONNX file's bytes, or its path
 * @throws HairlineError ENGINE_UNAVAILABLE when the provider cannot run here, MODEL_DAMAGED when it refuses the file
 */
export async function createSession(
  runtime: Runtime,
  model: Uint8Array | string,
  options: ProviderOptions,
): Promise<InferenceSession> {
  try {
    return await create(runtime, model, options);
  } catch (error) {
    // ONNX Runtime has one error for both: only a file known to be good tells a bad file from a provider that is not there.
    if (options.provider !== "cpu") await requireProvider(runtime, options);
    if (LACKS_HALF.test(reasonOf(error))) throw noHalfPrecision(options.provider, error);
    throw damaged(`ONNX Runtime refuses the network: ${reasonOf(error)}`, error);
  }
}

/** Only WebGPU devices may lack a number format; its provider says so when the first program is compiled. */
const LACKS_HALF = /requires f16 but the device does not support it/;

function noHalfPrecision(provider: string, cause: unknown): HairlineError {
  return new HairlineError(
    "ENGINE_UNAVAILABLE",
    "The GPU or its driver has no half precision (shader-f16).",
    {
      field: provider,
      remedy: "Score with the fp32 model.",
      cause,
    },
  );
}

async function requireProvider(runtime: Runtime, options: ProviderOptions): Promise<void> {
  try {
    await (await create(runtime, providerIdentityGraph(), options)).release();
  } catch (error) {
    if (isHairlineError(error)) throw error;
    throw new HairlineError(
      "ENGINE_UNAVAILABLE",
      `ONNX Runtime cannot use ${options.provider} here: ${reasonOf(error)}`,
      { field: options.provider, remedy: "Run `hairline doctor`; install what it names.", cause: error },
    );
  }
}

async function create(
  { InferenceSession: session }: Runtime,
  model: Uint8Array | string,
  options: ProviderOptions,
): Promise<InferenceSession> {
  // Two calls, since create() is overloaded on the type.
  if (typeof model === "string") return await session.create(model, sessionOptions(options));
  return await session.create(model, sessionOptions(options));
}

/** The first line without the library's own source location. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return (message.split("\n")[0] ?? "").replace(/^\/\S+:\d+ .*? was false\. /, "").slice(0, 500);
}

export function damaged(message: string, cause?: unknown): HairlineError {
  return new HairlineError("MODEL_DAMAGED", message, { remedy: "Import the model again.", cause });
}
