import { context, SpanStatusCode, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { SpanKind } from "bullmq";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HairlineError } from "@hairline/core/errors";
import { inSpan } from "../src/tracing/index.ts";
import { createQueueTelemetry } from "../src/tracing/queue-telemetry.ts";

const exporter = new InMemorySpanExporter();

beforeEach(() => {
  exporter.reset();
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(
    new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }),
  );
});

afterEach(() => {
  trace.disable();
  context.disable();
});

const finished = () => exporter.getFinishedSpans();

describe("spans of queues", () => {
  it("are of jobs added and done, and not of a worker's polling", () => {
    const { tracer } = createQueueTelemetry("1");
    tracer.startSpan("addBulk score-shard", { kind: SpanKind.PRODUCER }).end();
    tracer.startSpan("getNextJob score-shard", { kind: SpanKind.INTERNAL }).end();
    tracer.startSpan("process score-shard", { kind: SpanKind.CONSUMER }).end();
    expect(finished().map(({ name }) => name)).toEqual(["addBulk score-shard", "process score-shard"]);
  });

  it("keep the trace through what is not recorded", async () => {
    const { tracer, contextManager } = createQueueTelemetry("1");
    await inSpan("outer", {}, async () => {
      const polling = tracer.startSpan("moveStalledJobs", { kind: SpanKind.INTERNAL });
      const within = polling.setSpanOnContext(contextManager.active());
      contextManager.with(within, () => {
        tracer.startSpan("addBulk score-shard", { kind: SpanKind.PRODUCER }).end();
      });
    });
    const [inner, outer] = finished();
    expect(inner?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
  });

  it("have the code of what failed, and neither its message nor a name for each job of a thousand", () => {
    const span = createQueueTelemetry("1").tracer.startSpan("process score-shard", {
      kind: SpanKind.CONSUMER,
    });
    span.setAttributes({ "bullmq.job.bulk.names": ["score-shard"], "bullmq.job.id": "shard-1" });
    span.recordException(new Error("IMAGE_CHANGED"));
    span.end();
    const other = createQueueTelemetry("1").tracer.startSpan("process score-shard", {
      kind: SpanKind.CONSUMER,
    });
    other.recordException(new Error("patient98765/a.png"));
    other.end();
    expect(finished().map(({ attributes, status, events }) => [attributes, status, events])).toEqual([
      [
        { "bullmq.job.id": "shard-1", "error.type": "IMAGE_CHANGED" },
        { code: SpanStatusCode.ERROR, message: "IMAGE_CHANGED" },
        [],
      ],
      [{ "error.type": "INTERNAL" }, { code: SpanStatusCode.ERROR, message: "INTERNAL" }, []],
    ]);
  });
});

describe("inSpan", () => {
  it("returns what the work returns, and notes what it found out", async () => {
    const work = async (note: (attributes: { rows: number }) => void) => {
      note({ rows: 2 });
      return "done";
    };
    expect(await inSpan("shard.commit", { "hairline.run.id": "r" }, work)).toBe("done");
    expect(finished()[0]?.attributes).toEqual({ "hairline.run.id": "r", rows: 2 });
  });

  it("marks failed work with its code alone, and lets the error go on", async () => {
    const error = new HairlineError("LEDGER_UNBALANCED", "patient98765");
    const failed = () => inSpan("shard.commit", {}, () => Promise.reject(error));
    await expect(failed()).rejects.toBe(error);
    const [span] = finished();
    expect(span?.status).toEqual({ code: SpanStatusCode.ERROR, message: "LEDGER_UNBALANCED" });
    expect(JSON.stringify([span?.attributes, span?.events])).not.toContain("patient98765");
  });
});
