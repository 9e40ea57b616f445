import { setTimeout as wait } from "node:timers/promises";

export interface RepeatOptions {
  /** From the end of one turn to the start of the next. */
  readonly intervalMs: number;
  readonly signal: AbortSignal;
  /** Decides what becomes of a failed turn: throws to end the repetition, returns to go on. */
  readonly onError: (error: unknown) => void;
}

/** Does the task again and again, one turn at a time, until the signal is aborted. */
export async function repeat(task: () => Promise<void>, options: RepeatOptions): Promise<void> {
  const { intervalMs, signal, onError } = options;
  while (!signal.aborted) {
    await wait(intervalMs, undefined, { signal }).catch(() => {});
    if (!signal.aborted) await task().catch(onError);
  }
}
