export interface ProgressOptions {
  readonly label: string;
  /** What is counted, in the plural: "images". */
  readonly unit: string;
  /** Expected total; left out when it is not known beforehand. */
  readonly total?: number;
}

export interface Progress {
  /** Report the count so far, an absolute number, and a note that ends the line until the next report. */
  update(done: number, total?: number, note?: string): void;
  /** Leave a final line with the mean rate. */
  finish(): void;
}

interface ProgressState {
  done: number;
  total: number | undefined;
  note: string | undefined;
  lastPrintedMs: number;
}

const TERMINAL_INTERVAL_MS = 100;
const PLAIN_INTERVAL_MS = 5_000;

/** One line redrawn in place on a terminal; a plain line every few seconds when piped. */
export function createProgress(
  stream: NodeJS.WritableStream,
  options: ProgressOptions & { terminal: boolean; now?: () => number },
): Progress {
  const now = options.now ?? (() => performance.now());
  const startedMs = now();
  const state: ProgressState = { done: 0, total: options.total, note: undefined, lastPrintedMs: startedMs };
  const intervalMs = options.terminal ? TERMINAL_INTERVAL_MS : PLAIN_INTERVAL_MS;

  const print = (final: boolean) => {
    const text = describeProgress(options, state, now() - startedMs);
    state.lastPrintedMs = now();
    if (!options.terminal) stream.write(`${text}\n`);
    else stream.write(`\r${text}\u001B[K${final ? "\n" : ""}`);
  };
  return {
    update(done, total, note) {
      state.done = done;
      state.note = note;
      if (total !== undefined) state.total = total;
      // The last line is finish()'s.
      const complete = state.done === state.total;
      if (!complete && now() - state.lastPrintedMs >= intervalMs) print(false);
    },
    finish() {
      state.note = undefined;
      print(true);
    },
  };
}

function describeProgress(options: ProgressOptions, state: ProgressState, elapsedMs: number): string {
  const rate = elapsedMs > 0 ? (state.done / elapsedMs) * 1000 : 0;
  const parts = [`${options.label}: ${formatCount(state.done)}`];
  if (state.total !== undefined) {
    parts[0] += ` of ${formatCount(state.total)}`;
    if (state.total > 0) parts.push(`${Math.floor((100 * state.done) / state.total)} %`);
  }
  parts[0] += ` ${options.unit}`;
  parts.push(`${rate >= 10 ? Math.round(rate) : rate.toFixed(1)}/s`);
  const remaining = state.total === undefined ? 0 : state.total - state.done;
  parts.push(
    remaining > 0 && rate > 0 ? `ETA ${formatDuration(remaining / rate)}` : formatDuration(elapsedMs / 1000),
  );
  if (state.note !== undefined) parts.push(state.note);
  return parts.join(", ");
}

export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}

/** Seconds as "8.4 s", "3 min 20 s" or "2 h 5 min". */
export function formatDuration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
