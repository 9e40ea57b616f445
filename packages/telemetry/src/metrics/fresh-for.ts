/**
 * The read shared by all who ask within `freshMs` of its start, also those who ask while it is under way: the gauges
 * of one scrape, and of several Prometheus servers. No second one is started beside one that hangs.
 */
export function freshFor<T>(freshMs: number, read: () => Promise<T>): () => Promise<T> {
  let startedMs = -Infinity;
  let pending = false;
  let latest: Promise<T> | undefined;
  return () => {
    const nowMs = performance.now();
    if (latest === undefined || (!pending && nowMs - startedMs > freshMs)) {
      startedMs = nowMs;
      pending = true;
      latest = read().finally(() => {
        pending = false;
      });
    }
    return latest;
  };
}
