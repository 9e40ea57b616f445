import { SpanStatusCode, trace, type Span } from "@opentelemetry/api";
import { toHairlineError } from "@hairline/core/errors";
import { TRACER_NAME } from "./tracer-name.ts";

/** Ids, counts and codes only: never an object key, a path or a message. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

/** Does the work inside a span of its own, a child of the active one. Costs nothing to speak of without tracing. */
export function inSpan<T>(
  name: string,
  attributes: SpanAttributes,
  work: (note: (attributes: SpanAttributes) => void) => Promise<T>,
): Promise<T> {
  return trace.getTracer(TRACER_NAME).startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await work((noted) => span.setAttributes(noted));
    } catch (error) {
      markFailed(span, error);
      throw error;
    } finally {
      span.end();
    }
  });
}

/** The code alone: an exception's message may name an image. */
export function markFailed(span: Span, error: unknown): void {
  const { code } = toHairlineError(error);
  span.setStatus({ code: SpanStatusCode.ERROR, message: code });
  span.setAttribute("error.type", code);
}
