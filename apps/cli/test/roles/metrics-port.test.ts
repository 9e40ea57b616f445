import { expect, test } from "vitest";
import { withMetricsPort } from "../../src/roles/metrics-port.ts";

test.each([
  ["api", 0, "9464"],
  ["scheduler", 0, "9465"],
  ["worker-gpu", 0, "9466"],
  ["worker-gpu", 3, "9469"],
] as const)("gives %s number %i the port %s", (role, nth, port) => {
  const environment = { PATH: "/bin", HAIRLINE_METRICS_PORT: "9464" };
  expect(withMetricsPort(environment, role, nth)).toEqual({ PATH: "/bin", HAIRLINE_METRICS_PORT: port });
});

test.each([
  {},
  { HAIRLINE_METRICS_PORT: "" },
  { HAIRLINE_METRICS_PORT: "0" },
  { HAIRLINE_METRICS_PORT: "x" },
])("leaves %o as it is", (environment) => {
  expect(withMetricsPort(environment, "worker-gpu", 2)).toBe(environment);
});
