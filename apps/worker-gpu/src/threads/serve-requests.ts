import type { Transferable } from "node:worker_threads";
import { parentPort } from "node:worker_threads";
import { HairlineError } from "@hairline/core/errors";
import { toPlainError, type ThreadReply, type ThreadRequest } from "./protocol.ts";

export interface Answer<Response> {
  readonly value: Response;
  /** Buffers moved to the caller rather than copied. */
  readonly transfer?: readonly Transferable[];
}

/** Thread side of ThreadPool: answers requests one after the other, in the order they were sent. */
export function serveRequests<Request, Response>(
  handle: (request: Request) => Promise<Answer<Response>>,
): void {
  if (parentPort === null) {
    throw new HairlineError("INTERNAL", "This module runs only as a worker thread.");
  }
  const port = parentPort;
  const reply = (message: ThreadReply, transfer: readonly Transferable[] = []) =>
    port.postMessage(message, transfer);

  let previous = Promise.resolve();
  port.on("message", ({ id, message }: ThreadRequest) => {
    previous = previous.then(async () => {
      try {
        const { value, transfer } = await handle(message as Request);
        reply({ type: "result", id, value }, transfer);
      } catch (error) {
        reply({ type: "error", id, error: toPlainError(error) });
      }
    });
  });
  reply({ type: "ready" });
}
