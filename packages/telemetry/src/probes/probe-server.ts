import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { HairlineError } from "@hairline/core/errors";
import type { Logger } from "pino";
import type { Registry } from "prom-client";
import { checkReadiness, type ReadinessChecks } from "./readiness.ts";

export interface ProbeServerOptions {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  readonly registry: Registry;
  readonly checks: ReadinessChecks;
  readonly log: Pick<Logger, "info">;
}

export interface ProbeServer {
  readonly port: number;
  close(): Promise<void>;
}

/** A probe is one short request; one that dawdles is not a probe. */
const REQUEST_MS = 10_000;

/**
 * Serves GET /metrics (Prometheus text), /healthz (200 while the process answers) and /readyz (200 or 503).
 * Plain HTTP without authentication: readings and states only, for loopback or a network of one's own.
 *
 * @throws HairlineError BAD_CONFIG when the address cannot be listened on
 */
export async function startProbeServer(options: ProbeServerOptions): Promise<ProbeServer> {
  const server = createServer(
    { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS },
    (request, response) => {
      answer(request, options).then(
        (answered) => send(response, answered),
        () => send(response, { status: 500, type: "text/plain", body: "The metrics could not be read.\n" }),
      );
    },
  );
  await listen(server, options);
  const { port } = server.address() as AddressInfo;
  options.log.info({ host: options.host, port }, "metrics and probes are served");
  return {
    port,
    async close() {
      if (!server.listening) return;
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

async function answer(
  { method, url }: IncomingMessage,
  { registry, checks }: ProbeServerOptions,
): Promise<Answer> {
  if (method !== "GET") return json(405, { status: "method not allowed" });
  const [path = ""] = (url ?? "").split("?", 1);
  switch (path) {
    case "/metrics":
      return { status: 200, type: registry.contentType, body: await registry.metrics() };
    case "/healthz":
      return json(200, { status: "ok" });
    case "/readyz": {
      const { ready, failing } = await checkReadiness(checks);
      return ready ? json(200, { status: "ready" }) : json(503, { status: "unready", failing });
    }
    default:
      return json(404, { status: "not found" });
  }
}

function json(status: number, body: object): Answer {
  return { status, type: "application/json", body: `${JSON.stringify(body)}\n` };
}

function send(response: ServerResponse, { status, type, body }: Answer): void {
  response.writeHead(status, { "content-type": type, "cache-control": "no-store" }).end(body);
}

async function listen(server: Server, { host, port }: ProbeServerOptions): Promise<void> {
  try {
    server.listen({ host, port });
    await once(server, "listening");
  } catch (cause) {
    throw new HairlineError(
      "BAD_CONFIG",
      `No metrics on ${host}:${port}: the address cannot be listened on.`,
      {
        field: "HAIRLINE_METRICS_PORT",
        remedy: "Choose a free port, or unset HAIRLINE_METRICS_PORT.",
        cause,
      },
    );
  }
}
