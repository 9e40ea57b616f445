import { monitorEventLoopDelay } from "node:perf_hooks";

// Loaded before the worker's own code. Measures from the first request on, so that start-up does not count.
const RESOLUTION_MS = 5;
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
