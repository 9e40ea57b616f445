/**
 * The read shared by all who ask within `freshMs` of its start, also those who ask while it is under way: the gauges
 * of one scrape, and of several Prometheus servers.
 */
export function freshFor<T>(freshMs: number, read: () => Promise<T>): () => Promise<T> {
  let startedMs = -Infinity;
  let latest: Promise<T> | undefined;
  return () => {
    const nowMs = performance.now();
    if (latest === undefined || nowMs - startedMs > freshMs) {
      startedMs = nowMs;
      latest = read();
    }
    return latest;
  };
}
