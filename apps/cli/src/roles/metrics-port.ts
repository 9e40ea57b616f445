/** Roles by the order of their metrics ports; workers follow one after the other. */
const OFFSETS = { api: 0, scheduler: 1, "worker-gpu": 2 } as const;

/**
 * The environment of one of several roles on this computer: HAIRLINE_METRICS_PORT is the API's, the scheduler has the
 * next, the workers those after. Unset, or 0 for any free ones, it stays as it is.
 *
 * @param nth of its role, from 0
 */
export function withMetricsPort(
  environment: NodeJS.ProcessEnv,
  role: keyof typeof OFFSETS,
  nth = 0,
): NodeJS.ProcessEnv {
  const port = Number(environment["HAIRLINE_METRICS_PORT"] ?? 0);
  if (!(port > 0)) return environment;
  return { ...environment, HAIRLINE_METRICS_PORT: String(port + OFFSETS[role] + nth) };
}
