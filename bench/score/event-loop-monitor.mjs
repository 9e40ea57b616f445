import { monitorEventLoopDelay } from "node:perf_hooks";
import { isMainThread } from "node:worker_threads";

// Loaded before the worker's own code; JavaScript, because its threads load it too, before tsx is there.
// Measures from the first request on, so that start-up does not count.
const RESOLUTION_MS = 5;

if (isMainThread) {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  process.on("message", (message) => {
    if (message === "monitor-start") {
      histogram.reset();
      histogram.enable();
    } else if (message === "monitor-report") {
      // The histogram's values include the timer's own interval.
      process.send?.({ type: "event-loop", maxBlockMs: Math.max(0, histogram.max / 1e6 - RESOLUTION_MS) });
    }
  });
}
