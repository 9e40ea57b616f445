import { describe, expect, it } from "vitest";
import { z } from "zod";
import { TELEMETRY_VARIABLES, telemetrySettings } from "../src/settings/index.ts";

const Variables = z.object(TELEMETRY_VARIABLES);
const read = (environment: NodeJS.ProcessEnv) => telemetrySettings(Variables.parse(environment));

describe("telemetry settings", () => {
  it.each([{}, { HAIRLINE_METRICS_PORT: "", OTEL_EXPORTER_OTLP_ENDPOINT: "", OTEL_TRACES_SAMPLER_ARG: "" }])(
    "serve and send nothing when nothing is set: %o",
    (environment) => {
      expect(read(environment)).toEqual({ metrics: undefined, traces: { endpoint: undefined, ratio: 1 } });
    },
  );

  it("serve on loopback unless told otherwise", () => {
    expect(read({ HAIRLINE_METRICS_PORT: "9464" }).metrics).toEqual({ host: "127.0.0.1", port: 9464 });
    const everywhere = { HAIRLINE_METRICS_PORT: "0", HAIRLINE_METRICS_HOST: "0.0.0.0" };
    expect(read(everywhere).metrics).toEqual({ host: "0.0.0.0", port: 0 });
  });

  it("keep a share of the traces", () => {
    const environment = {
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318",
      OTEL_TRACES_SAMPLER_ARG: "0.05",
    };
    expect(read(environment).traces).toEqual({ endpoint: "http://collector:4318", ratio: 0.05 });
  });

  it.each([
    { HAIRLINE_METRICS_PORT: "65536" },
    { HAIRLINE_METRICS_PORT: "-1" },
    { OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4318" },
    { OTEL_EXPORTER_OTLP_ENDPOINT: "file:///etc/passwd" },
    { OTEL_TRACES_SAMPLER_ARG: "1.5" },
    { OTEL_TRACES_SAMPLER_ARG: "all" },
  ])("refuse %o", (environment) => {
    expect(Variables.safeParse(environment).success).toBe(false);
  });
});
