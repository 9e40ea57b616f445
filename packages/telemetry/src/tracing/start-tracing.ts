import type { Telemetry } from "bullmq";

export interface TracingOptions {
  /** Such as `worker-gpu`; the service is called `hairline-worker-gpu`. */
  readonly role: string;
  readonly version: string;
  /** Base URL of an OTLP/HTTP collector; undefined for no traces. */
  readonly endpoint: string | undefined;
  /** Share of the traces begun here that are kept, 0 to 1; those begun elsewhere keep their caller's choice. */
  readonly ratio: number;
  /** Told once when spans cannot be sent any more, and again only after some were. */
  readonly onWarning: (message: string) => void;
}

export interface Tracing extends AsyncDisposable {
  /** What openQueues takes to carry traces from those who add jobs to those who do them. */
  readonly queues: Telemetry | undefined;
  /** Sends what is left, within three seconds. Never rejects. */
  close(): Promise<void>;
}

/** Of a process without a collector. */
export const NO_TRACING: Tracing = {
  queues: undefined,
  close: async () => {},
  async [Symbol.asyncDispose]() {},
};

/** Loads OpenTelemetry's SDK only where there is a collector to send to; otherwise every span is a no-op. */
export async function startTracing(options: TracingOptions): Promise<Tracing> {
  const { endpoint } = options;
  if (endpoint === undefined) return NO_TRACING;
  const { exportSpans } = await import("./export-spans.ts");
  return exportSpans({ ...options, endpoint });
}
