// Preloaded into a process: its clock is off by HAIRLINE_FAULT_CLOCK_MS, and jumps to the other side on SIGUSR2.
// Timers and performance.now() are monotonic clocks and stay as they are.
import { isMainThread } from "node:worker_threads";

const SystemDate = Date;
let shiftMs = Number(process.env.HAIRLINE_FAULT_CLOCK_MS);

globalThis.Date = class extends SystemDate {
  constructor(...args) {
    if (args.length === 0) super(SystemDate.now() + shiftMs);
    else super(...args);
  }

  static now() {
    return SystemDate.now() + shiftMs;
  }
};

if (isMainThread) {
  process.on("SIGUSR2", () => {
    shiftMs = -shiftMs;
  });
}
