import { hostname } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { context, propagation, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { ExportResultCode, W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
  type SpanExporter,
} from "@opentelemetry/sdk-trace";
import { createQueueTelemetry } from "./queue-telemetry.ts";
import type { Tracing, TracingOptions } from "./start-tracing.ts";

const CLOSE_MS = 3_000;

/** How long a span may wait to be sent with others. */
const EXPORT_DELAY_MS = 2_000;

/** Traces of this process, to an OTLP/HTTP collector. Sets OpenTelemetry's globals until closed: once a process. */
export function exportSpans(options: TracingOptions & { readonly endpoint: string }): Tracing {
  const { role, version, endpoint, ratio } = options;
  const url = `${endpoint.replace(/\/+$/, "")}/v1/traces`;
  const exporter = reporting(new OTLPTraceExporter({ url }), options.onWarning);
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      "service.name": `hairline-${role}`,
      "service.version": version,
      "service.instance.id": `${hostname()}:${process.pid}`,
    }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis: EXPORT_DELAY_MS })],
  });
  const contexts = new AsyncLocalStorageContextManager().enable();
  context.setGlobalContextManager(contexts);
  // Ids alone travel with a job; baggage could carry what a caller put into it.
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  const close = async (): Promise<void> => {
    await Promise.race([provider.shutdown().catch(() => {}), wait(CLOSE_MS, undefined, { ref: false })]);
    trace.disable();
    propagation.disable();
    context.disable();
  };
  return { queues: createQueueTelemetry(version), close, [Symbol.asyncDispose]: close };
}

/** The SDK drops spans without a word when the collector is away. */
function reporting(exporter: SpanExporter, warn: (message: string) => void): SpanExporter {
  let failing = false;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const failed = result.code !== ExportResultCode.SUCCESS;
        if (failed && !failing)
          warn("The collector of OTEL_EXPORTER_OTLP_ENDPOINT takes no spans; they are dropped.");
        failing = failed;
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
    ...(exporter.forceFlush === undefined
      ? {}
      : { forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve() }),
  };
}
