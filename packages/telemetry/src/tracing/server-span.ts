import { context, propagation, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { SpanAttributes } from "./in-span.ts";
import { TRACER_NAME } from "./tracer-name.ts";

/** The span of one request, which no single function encloses. */
export interface ServerSpan {
  /** Continues inside the span. */
  enter(next: () => void): void;
  end(status: number, attributes: SpanAttributes): void;
}

/** @param headers of the request: a `traceparent` makes the span part of the caller's trace */
export function beginServerSpan(name: string, headers: Readonly<Record<string, unknown>>): ServerSpan {
  const parent = propagation.extract(context.active(), headers);
  const span = trace.getTracer(TRACER_NAME).startSpan(name, { kind: SpanKind.SERVER }, parent);
  const inside = trace.setSpan(parent, span);
  return {
    enter: (next) => context.with(inside, next),
    end(status, attributes) {
      span.setAttributes({ ...attributes, "http.response.status_code": status });
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    },
  };
}
