import { HairlineError } from "@hairline/core/errors";
import type { Tfjs } from "../../engine/tfjs/load-backend.ts";

/**
 * Makes sure that TensorFlow.js can differentiate. Its gradient rules are in one registry for the process, but the
 * tfjs-core build for Node leaves them out: tfjs-node brings them along, and beside the WebAssembly backend tfjs-layers
 * does, of which nothing else is used.
 *
 * @throws HairlineError ENGINE_UNAVAILABLE
 */
export async function requireGradients(tf: Tfjs): Promise<void> {
  const known = () => tf.getGradient("MaxPool") !== undefined;
  if (known()) return;
  try {
    await import("@tensorflow/tfjs-layers");
  } catch (error) {
    throw unavailable(error);
  }
  if (!known()) throw unavailable();
}

function unavailable(cause?: unknown): HairlineError {
  return new HairlineError("ENGINE_UNAVAILABLE", "TensorFlow.js has no gradients here.", {
    field: "tfjs",
    remedy:
      "Install @tensorflow/tfjs-node-gpu or @tensorflow/tfjs-node; for WebAssembly @tensorflow/tfjs-layers@4.22.0.",
    cause,
  });
}
