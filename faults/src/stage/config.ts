/** Short locks and intervals: what takes tens of seconds in service takes one here. */
const SETTINGS = {
  HAIRLINE_LOCK_MS: "1500",
  HAIRLINE_HEARTBEAT_MS: "1000",
  HAIRLINE_RECONCILE_INTERVAL_MS: "500",
  HAIRLINE_COMPLETION_INTERVAL_MS: "100",
  HAIRLINE_BATCH_SIZE: "4",
  HAIRLINE_DECODE_THREADS: "1",
  HAIRLINE_INFER_THREADS: "1",
  HAIRLINE_API_PORT: "0",
  HAIRLINE_API_OPEN: "loopback",
  HAIRLINE_LOG_LEVEL: "info",
};

/** The variables every process of a stage is started with, beside those of its servers. */
export function roleEnvironment(home: string): NodeJS.ProcessEnv {
  return { PATH: process.env["PATH"], HAIRLINE_HOME: home, ...SETTINGS };
}

/** For what this process itself asks of a server. */
export function useVariables(variables: Readonly<Record<string, string>>): void {
  Object.assign(process.env, variables);
}
