import { isMainThread } from "node:worker_threads";
import { HairlineError } from "@hairline/core/errors";

const VARIABLE = "ORT_DISABLE_TELEMETRY";

/**
 * Keeps ONNX Runtime from reporting to its vendor: since 1.29 its Linux builds send model names and hashes of graph and
 * weights unless this variable is set, and they read it from the process, not from JavaScript. A worker thread's
 * `process.env` is a copy, so a process that opens engines in threads calls this first in its main thread.
 *
 * @throws HairlineError INTERNAL in a thread whose process was not prepared
 */
export function refuseTelemetry(): void {
  // oxlint-disable-next-line no-process-env -- the native library has no other switch that acts before it starts
  const environment = process.env;
  if (isMainThread) environment[VARIABLE] = "1";
  else if (environment[VARIABLE] === undefined) {
    throw new HairlineError(
      "INTERNAL",
      "An engine was opened in a thread before its process called refuseTelemetry.",
    );
  }
}
