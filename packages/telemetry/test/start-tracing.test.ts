import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { trace } from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import { inSpan, startTracing } from "../src/tracing/index.ts";

/** A collector that answers every export with the status. */
async function startCollector(status: number) {
  const paths: string[] = [];
  const server = createServer((request, response) => {
    paths.push(request.url ?? "");
    request.resume().on("end", () => response.writeHead(status).end("{}"));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    paths,
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

describe("startTracing", () => {
  const role = { role: "api", version: "1", ratio: 1 };

  it("does nothing without an endpoint", async () => {
    await using tracing = await startTracing({ ...role, endpoint: undefined, onWarning: () => {} });
    expect(tracing.queues).toBeUndefined();
    await inSpan("work", {}, async () => {
      expect(trace.getActiveSpan()?.isRecording() ?? false).toBe(false);
    });
  });

  it("sends what is left when it is closed", async () => {
    await using collector = await startCollector(200);
    const warnings: string[] = [];
    const tracing = await startTracing({
      ...role,
      endpoint: collector.endpoint,
      onWarning: (message) => warnings.push(message),
    });
    await inSpan("work", {}, async () => {});
    await tracing.close();
    expect(collector.paths).toEqual(["/v1/traces"]);
    expect(warnings).toEqual([]);
  });

  it("tells once of a collector that refuses, and does not fail", async () => {
    await using collector = await startCollector(400);
    const warnings: string[] = [];
    const tracing = await startTracing({
      ...role,
      endpoint: collector.endpoint,
      onWarning: (message) => warnings.push(message),
    });
    await inSpan("work", {}, async () => {});
    await tracing.close();
    expect(warnings).toEqual([expect.stringContaining("OTEL_EXPORTER_OTLP_ENDPOINT takes no spans")]);
  });

  it("keeps no trace at a share of 0", async () => {
    await using collector = await startCollector(200);
    const tracing = await startTracing({
      ...role,
      ratio: 0,
      endpoint: collector.endpoint,
      onWarning: () => {},
    });
    await inSpan("work", {}, async () => {});
    await tracing.close();
    expect(collector.paths).toEqual([]);
  });
});
