import { once } from "node:events";
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What happens to one request instead of an answer, or to the answer. */
export type HttpFault =
  /** Answered so, without asking the server. */
  | { readonly status: number }
  /**
   * The answer's head and its first bytes are sent, then the connection breaks: at once, when the client may not have
   * looked at them yet, or when `until` resolves.
   */
  | { readonly cutAfter: number; readonly until?: Promise<void> }
  /** The connection breaks at once. */
  | "reset";

export interface SeenRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
}

/** An HTTP server in front of another, which passes requests on except for those a test lets fail. */
export interface HttpFaults extends AsyncDisposable {
  readonly endpoint: string;
  /** Every request so far, in order. */
  readonly seen: readonly SeenRequest[];
}

/**
 * @param target the server's URL, without a path
 * @param faultOf asked once for each request; undefined passes it on
 */
export async function startHttpFaults(
  target: string,
  faultOf: (request: SeenRequest) => HttpFault | undefined,
): Promise<HttpFaults> {
  const seen: SeenRequest[] = [];
  const server = createServer((incoming, answer) => {
    const request = { method: incoming.method ?? "", url: incoming.url ?? "", headers: incoming.headers };
    seen.push(request);
    const fault = faultOf(request);
    if (fault === "reset") incoming.socket.destroy();
    else if (fault !== undefined && "status" in fault) answerStatus(incoming, answer, fault.status);
    else passOn(target, { incoming, answer, fault });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function answerStatus(incoming: IncomingMessage, answer: ServerResponse, status: number): void {
  incoming.resume();
  incoming.once("end", () => answer.writeHead(status, { "content-length": 0 }).end());
}

interface Exchange {
  readonly incoming: IncomingMessage;
  readonly answer: ServerResponse;
  readonly fault: Cut | undefined;
}

type Cut = Extract<HttpFault, { readonly cutAfter: number }>;

/** Headers go on as they are: the host that the client signed for is part of its signature. */
function passOn(target: string, { incoming, answer, fault }: Exchange): void {
  const { method, headers } = incoming;
  const request = forward(new URL(incoming.url ?? "/", target), { method, headers }, (upstream) => {
    answer.writeHead(upstream.statusCode ?? 502, upstream.headers);
    if (fault === undefined) upstream.pipe(answer);
    else cut(upstream, answer, fault);
  });
  request.once("error", () => answer.destroy());
  answer.once("close", () => request.destroy());
  incoming.pipe(request);
}

function cut(upstream: IncomingMessage, answer: ServerResponse, { cutAfter, until }: Cut): void {
  const end = (): void => void (until ?? Promise.resolve()).then(() => answer.destroy());
  let sent = 0;
  upstream.on("data", (chunk: Buffer) => {
    if (sent === cutAfter) return;
    const part = chunk.subarray(0, cutAfter - sent);
    sent += part.length;
    answer.write(part, () => {
      if (sent === cutAfter) end();
    });
  });
  upstream.on("end", end);
  answer.flushHeaders();
  if (cutAfter === 0) answer.write("", end);
}
