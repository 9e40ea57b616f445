import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { Socket } from "node:net";
import autocannon from "autocannon";

/** Where Node.js tells of client sockets; autocannon shows its own only before they are made. */
const NEW_SOCKETS = "net.client.socket";

export interface Load {
  readonly url: string;
  readonly authorization: string;
  readonly requests: number;
  readonly concurrency: number;
  /** The n-th request, from 0. A few more than `requests` may be asked for and not sent. */
  readonly request: (n: number) => LoadRequest;
}

export interface LoadRequest {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly contentType?: string;
  readonly body?: Buffer;
}

export interface LoadReport {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly answered: number;
  /** Requests without an answer, and answers that are not 2xx. */
  readonly errors: number;
}

/** Sends so many requests over kept connections, each when the one before was answered. */
export async function sendLoad(load: Load): Promise<LoadReport> {
  let next = 0;
  const setupRequest = (request: autocannon.Request) => prepared(request, load.request(next++));
  const times: number[] = [];
  const startedMs = performance.now();
  let lastMs = startedMs;
  subscribe(NEW_SOCKETS, sendAtOnce);
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const options = { ...optionsOf(load), requests: [{ setupRequest }] };
    const done = (error: Error | null, report: autocannon.Result): void =>
      error === null ? resolve(report) : reject(error);
    // autocannon's own histogram holds whole milliseconds, too coarse for what a probe takes.
    autocannon(options, done).on("response", (...[, , , responseMs]) => {
      times.push(responseMs);
      lastMs = performance.now();
    });
  }).finally(() => unsubscribe(NEW_SOCKETS, sendAtOnce));
  return { ...summaryOf(times, (lastMs - startedMs) / 1000), errors: result.errors + result.non2xx };
}

function optionsOf({ url, authorization, requests, concurrency }: Load): autocannon.Options {
  return {
    url,
    connections: Math.min(concurrency, requests),
    amount: requests,
    timeout: 60,
    headers: { authorization },
  };
}

/** As HTTP clients do: without it the end of a long body waits up to 40 ms for an acknowledgement of its beginning. */
function sendAtOnce(message: unknown): void {
  const { socket } = message as { readonly socket?: unknown };
  if (socket instanceof Socket) socket.setNoDelay(true);
}

function prepared(request: autocannon.Request, { method, path, contentType, body }: LoadRequest) {
  const headers = contentType === undefined ? {} : { "content-type": contentType };
  return { ...request, method, path, body, headers: { ...request.headers, ...headers } };
}

/** What a number of loops reach that do the same work in this process, each piece after the one before. */
export async function workAlone(
  { requests, concurrency }: Pick<Load, "requests" | "concurrency">,
  work: (n: number) => Promise<unknown>,
): Promise<LoadReport> {
  const times: number[] = [];
  let next = 0;
  const loop = async (): Promise<void> => {
    for (let n = next++; n < requests; n = next++) {
      const beganMs = performance.now();
      await work(n);
      times.push(performance.now() - beganMs);
    }
  };
  const startedMs = performance.now();
  await Promise.all(Array.from({ length: concurrency }, loop));
  const seconds = (performance.now() - startedMs) / 1000;
  return { ...summaryOf(times, seconds), errors: 0 };
}

function summaryOf(times: readonly number[], seconds: number): Omit<LoadReport, "errors"> {
  return {
    perSecond: times.length / seconds,
    p50Ms: percentile(times, 0.5),
    p99Ms: percentile(times, 0.99),
    answered: times.length,
  };
}

/** The least value that so many are not above; NaN of none. */
function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
