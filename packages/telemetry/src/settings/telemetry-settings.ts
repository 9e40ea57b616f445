import { z } from "zod";

/** An unset variable of a compose file or chart arrives as an empty text. */
const unsetWhenEmpty = (value: unknown) => (value === "" ? undefined : value);

/** What every role reads from its environment for logs, metrics and traces beside its own variables. */
export const TELEMETRY_VARIABLES = {
  /** Where /metrics, /healthz and /readyz are served; nowhere when unset. */
  HAIRLINE_METRICS_PORT: z.preprocess(
    unsetWhenEmpty,
    z.string().regex(/^\d+$/, "expected a port").transform(Number).pipe(z.int().max(65_535)).optional(),
  ),
  HAIRLINE_METRICS_HOST: z.string().min(1).default("127.0.0.1"),
  /** OTLP/HTTP collector; no traces when unset. Its headers, as OTEL_EXPORTER_OTLP_HEADERS, the exporter reads itself. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z.preprocess(
    unsetWhenEmpty,
    z.url({ protocol: /^https?$/, error: "expected an http:// URL" }).optional(),
  ),
  /** Share of the traces begun here that are kept. */
  OTEL_TRACES_SAMPLER_ARG: z.preprocess(
    unsetWhenEmpty,
    z
      .string()
      .regex(/^(0|1|[01]?\.\d+)$/, "expected a share from 0 to 1")
      .transform(Number)
      .pipe(z.number().max(1))
      .default(1),
  ),
};

const Variables = z.object(TELEMETRY_VARIABLES);

export interface TelemetrySettings {
  /** Undefined for none; port 0 for any that is free. */
  readonly metrics: { readonly host: string; readonly port: number } | undefined;
  readonly traces: { readonly endpoint: string | undefined; readonly ratio: number };
}

export function telemetrySettings(variables: z.output<typeof Variables>): TelemetrySettings {
  const { HAIRLINE_METRICS_PORT: port, HAIRLINE_METRICS_HOST: host } = variables;
  return {
    metrics: port === undefined ? undefined : { host, port },
    traces: {
      endpoint: variables.OTEL_EXPORTER_OTLP_ENDPOINT,
      ratio: variables.OTEL_TRACES_SAMPLER_ARG,
    },
  };
}
