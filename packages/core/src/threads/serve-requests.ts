import { parentPort, type Transferable } from "node:worker_threads";
import { HairlineError } from "@hairline/core/errors";
import { STOP, toPlainError, type ThreadReply, type ThreadRequest } from "./protocol.ts";

export interface Answer<Response = unknown> {
  readonly value: Response;
  /** Buffers moved to the caller rather than copied. */
  readonly transfer?: readonly Transferable[];
}

/** Thread side of ThreadPool: answers requests one after the other, in the order they were sent. */
export function serveRequests(handle: (request: never) => Promise<Answer>): void {
  if (parentPort === null) {
    throw new HairlineError("INTERNAL", "This module runs only as a worker thread.");
  }
  const port = parentPort;
  const reply = (message: ThreadReply, transfer: readonly Transferable[] = []) =>
    port.postMessage(message, transfer);
  const answer = async ({ id, message }: ThreadRequest) => {
    try {
      const { value, transfer } = await handle(message as never);
      reply({ type: "result", id, value }, transfer);
    } catch (error) {
      reply({ type: "error", id, error: toPlainError(error) });
    }
  };

  let previous = Promise.resolve();
  let stopping = false;
  port.on("message", (message: ThreadRequest | typeof STOP) => {
    if (message === STOP) {
      stopping = true;
      // Ends this thread alone, between two requests and so outside native code.
      previous = previous.then(() => process.exit());
    } else {
      previous = previous.then(() => (stopping ? undefined : answer(message)));
    }
  });
  reply({ type: "ready" });
}
