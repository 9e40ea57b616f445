export { NO_TRACING, startTracing, type Tracing, type TracingOptions } from "./start-tracing.ts";
export { inSpan, type SpanAttributes } from "./in-span.ts";
export { beginServerSpan, type ServerSpan } from "./server-span.ts";
