export { checkReadiness, readinessOf, type Readiness, type ReadinessChecks } from "./readiness.ts";
export { startProbeServer, type ProbeServer, type ProbeServerOptions } from "./probe-server.ts";
