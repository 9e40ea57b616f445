import { HairlineError } from "../errors.ts";
import { parsePayload, type JobDefinition, type JobHandler } from "../jobs/index.ts";

/** How long a handler may take to obey an aborted signal before it is abandoned. */
export const ABORT_GRACE_MS = 5_000;

export interface HandlerRun<Payload> {
  readonly definition: JobDefinition<Payload>;
  readonly handler: JobHandler<Payload, unknown>;
  /** The payload as it came from the queue; an older release may have written it. */
  readonly raw: unknown;
  /** Any of them aborts the handler, with its reason. */
  readonly signals: readonly AbortSignal[];
  /** Milliseconds; ABORT_GRACE_MS when not given. */
  readonly abortGraceMs?: number;
}

/**
 * Runs one try of a job: parses the payload, and aborts the handler's signal on the definition's timeout and on
 * the given signals. A handler that does not settle within the grace is left behind, so that the slot is free.
 *
 * @throws HairlineError INVALID_JOB before the handler is called; JOB_TIMEOUT; the reason of an aborted signal;
 *   what the handler throws
 */
export async function runHandler<Payload>(run: HandlerRun<Payload>): Promise<unknown> {
  const { definition, handler, signals } = run;
  const payload = parsePayload(definition, run.raw);
  const controller = new AbortController();
  const follow = (event: Event) => controller.abort((event.target as AbortSignal).reason);
  for (const signal of signals) {
    if (signal.aborted) throw signal.reason;
    signal.addEventListener("abort", follow, { once: true });
  }
  const timeout = setTimeout(() => controller.abort(timedOut(definition)), definition.timeoutMs);
  const abandonment = abandonedAfter(controller.signal, run.abortGraceMs ?? ABORT_GRACE_MS);
  try {
    return await Promise.race([handler(payload, controller.signal), abandonment.promise]);
  } catch (error) {
    // What a handler throws once it is aborted is an echo of the abort.
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    clearTimeout(timeout);
    abandonment.cancel();
    for (const signal of signals) signal.removeEventListener("abort", follow);
  }
}

function timedOut({ queue, timeoutMs }: { queue: string; timeoutMs: number }): HairlineError {
  return new HairlineError("JOB_TIMEOUT", `${queue}: longer than ${timeoutMs} ms.`, {
    remedy: "Use smaller shards when it repeats.",
  });
}

function abandonedAfter(signal: AbortSignal, graceMs: number): { promise: Promise<never>; cancel(): void } {
  let timer: NodeJS.Timeout | undefined;
  const promise = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => {
      timer = setTimeout(() => reject(signal.reason), graceMs);
    });
  });
  return { promise, cancel: () => clearTimeout(timer) };
}
