import {
  context,
  INVALID_SPAN_CONTEXT,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
  type Context,
} from "@opentelemetry/api";
import { ERROR_CODES } from "@hairline/core/errors";
import { SpanKind, type Telemetry } from "bullmq";
import { BullMQOtel, BullMQOTelSpan } from "bullmq-otel";
import { TRACER_NAME } from "./tracer-name.ts";

/**
 * bullmq-otel for what is done to jobs: adding and processing them. A worker's polling, lock renewals and checks for
 * stalled jobs would be a stream of traces that says nothing; what they do goes on in their parent's name.
 */
export function createQueueTelemetry(version: string): Telemetry<Context> {
  const { tracer, contextManager } = new BullMQOtel({ tracerName: TRACER_NAME, version });
  return {
    tracer: {
      startSpan(name, options, parent) {
        if (options?.kind === SpanKind.INTERNAL) return new BullMQOTelSpan(sameAsParent(parent));
        return new JobSpan((tracer.startSpan(name, options, parent) as BullMQOTelSpan).span);
      },
    },
    contextManager: {
      with: (active, work) => contextManager.with(active, work),
      active: () => contextManager.active(),
      // A loop that a handler happens to start must not grow its trace for ever.
      root: () => ROOT_CONTEXT,
      getMetadata: (active) => contextManager.getMetadata(active),
      fromMetadata: (active, metadata) => contextManager.fromMetadata(active, metadata),
    },
  };
}

function sameAsParent(parent: Context = context.active()) {
  return trace.wrapSpanContext(trace.getSpanContext(parent) ?? INVALID_SPAN_CONTEXT);
}

/** Once a job of a thousand in one call; all are called as their queue is. */
const BULK_NAMES = "bullmq.job.bulk.names";

const CODES: ReadonlySet<string> = new Set(ERROR_CODES);

class JobSpan extends BullMQOTelSpan {
  override setAttributes(attributes: Parameters<BullMQOTelSpan["setAttributes"]>[0]): void {
    const { [BULK_NAMES]: _names, ...kept } = attributes;
    super.setAttributes(kept);
  }

  /** The code of a failed try; no other message, which a driver or an archive may have chosen. */
  override recordException(exception: unknown): void {
    const message = exception instanceof Error ? exception.message : "";
    const code = CODES.has(message) ? message : "INTERNAL";
    this.span.setStatus({ code: SpanStatusCode.ERROR, message: code });
    this.span.setAttribute("error.type", code);
  }
}
