import { readFileSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

// Loaded before the worker's own code; JavaScript, because its threads load it too, before tsx is there.
// Measures from the first request on, so that start-up does not count.
const INTERVAL_MS = 5;
const NOTHING = { pauseMs: 0, ranMs: 0, waitedMs: 0, busyMs: 0 };

/**
 * Milliseconds this thread has run, and could have run but had no core, since it started; zeros where the system does
 * not count them.
 */
function readSchedule() {
  try {
    const [ran, waited] = readFileSync("/proc/thread-self/schedstat", "latin1").split(" ");
    return { ranMs: Number(ran) / 1e6, waitedMs: Number(waited) / 1e6, counted: true };
  } catch {
    return { ranMs: 0, waitedMs: 0, counted: false };
  }
}

/**
 * The longest pause, by which a timer of the main thread was late, with what the thread did in it: ranMs on a core,
 * waitedMs waiting for one, the rest held up in the kernel (memory, disk) or by the hypervisor; null where that is not
 * counted. busyMs is the most it ran for within one pause.
 */
function startMonitor() {
  let worst = NOTHING;
  let busyMs = 0;
  let lastMs = performance.now();
  let last = readSchedule();
  const timer = setInterval(() => {
    const nowMs = performance.now();
    const schedule = readSchedule();
    const pauseMs = Math.max(0, nowMs - lastMs - INTERVAL_MS);
    const ranMs = schedule.ranMs - last.ranMs;
    const waitedMs = schedule.waitedMs - last.waitedMs;
    busyMs = Math.max(busyMs, schedule.counted ? Math.min(pauseMs, ranMs) : pauseMs);
    if (pauseMs > worst.pauseMs) worst = { pauseMs, ranMs, waitedMs };
    lastMs = nowMs;
    last = schedule;
  }, INTERVAL_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    return { ...worst, ...(last.counted ? {} : { ranMs: null, waitedMs: null }), busyMs };
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
