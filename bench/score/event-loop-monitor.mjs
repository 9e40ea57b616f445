import { readFileSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

// Loaded before the worker's own code; JavaScript, because its threads load it too, before tsx is there.
// Measures from the first request on, so that start-up does not count.
const INTERVAL_MS = 5;
const NOTHING = { pauseMs: 0, waitedMs: 0, busyMs: 0 };

/** Milliseconds this thread could run but had no core, since it started; null where the system does not count them. */
function waitedForCoreMs() {
  try {
    return Number(readFileSync("/proc/thread-self/schedstat", "latin1").split(" ")[1]) / 1e6;
  } catch {
    return null;
  }
}

/**
 * How late a timer of the main thread was at most (pauseMs, and how much of that the thread waited for a core:
 * waitedMs), and for how long at most the thread itself was at fault (busyMs).
 */
function startMonitor() {
  const countsWaits = waitedForCoreMs() !== null;
  let worst = NOTHING;
  let busyMs = 0;
  let lastMs = performance.now();
  let lastWaitedMs = waitedForCoreMs() ?? 0;
  const timer = setInterval(() => {
    const nowMs = performance.now();
    const totalWaitedMs = waitedForCoreMs() ?? 0;
    const waitedMs = totalWaitedMs - lastWaitedMs;
    const pauseMs = Math.max(0, nowMs - lastMs - INTERVAL_MS);
    busyMs = Math.max(busyMs, pauseMs - waitedMs);
    if (pauseMs > worst.pauseMs) worst = { pauseMs, waitedMs: Math.min(waitedMs, pauseMs) };
    lastMs = nowMs;
    lastWaitedMs = totalWaitedMs;
  }, INTERVAL_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    return { ...worst, waitedMs: countsWaits ? worst.waitedMs : null, busyMs };
  };
}

if (isMainThread) {
  let stop = () => NOTHING;
  process.on("message", (message) => {
    if (message === "monitor-start") {
      stop();
      stop = startMonitor();
    } else if (message === "monitor-report") {
      process.send?.({ type: "event-loop", ...stop() });
    }
  });
}
