import type { Transferable } from "node:worker_threads";
import { HairlineError } from "@hairline/core/errors";
import { PoolThread, type LossReason, type PoolTask, type ThreadLoss } from "./pool-thread.ts";

export interface ThreadPoolOptions {
  readonly url: URL;
  readonly size: number;
  /** Handed to every thread as it starts. */
  readonly workerData?: unknown;
  /** Tasks a thread holds at once: 1 tells which task crashed it, 2 keeps it busy between answers. */
  readonly tasksPerThread?: number;
  /** The error a task ends with when its thread died or ran out of time. */
  readonly errorWhenLost: (reason: LossReason, cause: Error) => HairlineError;
}

export interface TaskOptions {
  readonly transfer?: readonly Transferable[];
  /** Lower goes first; equal ones in order of arrival. */
  readonly priority?: number;
  /** Time in the thread, not in the queue. */
  readonly timeoutMs?: number;
  /** A waiting task is dropped; one at work is left to finish unheard. */
  readonly signal?: AbortSignal;
}

/** Worker threads that answer requests; a thread that dies or hangs loses only its own tasks and is replaced. */
export class ThreadPool<Request, Response> implements AsyncDisposable {
  readonly #options: ThreadPoolOptions;
  readonly #threads = new Set<PoolThread>();
  readonly #waiting: PoolTask[] = [];
  #nextId = 0;
  /** Why no task can run any more: closed, or a thread could not even start. */
  #unusable: HairlineError | undefined;

  constructor(options: ThreadPoolOptions) {
    this.#options = options;
    for (let index = 0; index < options.size; index += 1) this.#startThread();
  }

  get size(): number {
    return this.#options.size;
  }

  /** Resolves when every thread has loaded its module. @throws HairlineError INTERNAL when one cannot */
  async whenStarted(): Promise<void> {
    await Promise.all([...this.#threads].map((thread) => thread.started));
    if (this.#unusable !== undefined) throw this.#unusable;
  }

  async run(message: Request, options: TaskOptions = {}): Promise<Response> {
    const { signal } = options;
    signal?.throwIfAborted();
    if (this.#unusable !== undefined) throw this.#unusable;
    let abort: (() => void) | undefined;
    try {
      return (await new Promise<unknown>((resolve, reject) => {
        const task: PoolTask = {
          id: (this.#nextId += 1),
          message,
          transfer: options.transfer ?? [],
          priority: options.priority ?? 0,
          timeoutMs: options.timeoutMs,
          resolve,
          reject,
        };
        abort = () => {
          const index = this.#waiting.indexOf(task);
          if (index >= 0) this.#waiting.splice(index, 1);
          reject(signal?.reason);
        };
        signal?.addEventListener("abort", abort, { once: true });
        this.#enqueue(task);
        this.#dispatch();
      })) as Response;
    } finally {
      if (abort !== undefined) signal?.removeEventListener("abort", abort);
    }
  }

  /** Ends the threads; tasks not yet answered are rejected. */
  async close(): Promise<void> {
    this.#unusable ??= new HairlineError("INTERRUPTED", "The thread pool is closed.");
    const threads = [...this.#threads];
    this.#threads.clear();
    this.#rejectAll(this.#unusable, [
      ...threads.flatMap((thread) => thread.takeAll()),
      ...this.#waiting.splice(0),
    ]);
    await Promise.all(threads.map((thread) => thread.end()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #startThread(): void {
    const thread = new PoolThread({
      url: this.#options.url,
      workerData: this.#options.workerData,
      onRoom: () => this.#dispatch(),
      onLost: (loss) => this.#replace(thread, loss),
    });
    this.#threads.add(thread);
  }

  #replace(thread: PoolThread, loss: ThreadLoss): void {
    if (!this.#threads.delete(thread)) return;
    this.#rejectAll(this.#options.errorWhenLost(loss.reason, loss.cause), loss.tasks);
    if (loss.wasReady) return this.#startThread();

    // A thread that cannot start once will not start the next time either: say so instead of trying for ever.
    this.#unusable = new HairlineError("INTERNAL", `A worker thread did not start: ${loss.cause.message}`, {
      cause: loss.cause,
    });
    this.#rejectAll(this.#unusable, this.#waiting.splice(0));
  }

  #enqueue(task: PoolTask): void {
    const after = this.#waiting.findIndex((waiting) => waiting.priority > task.priority);
    this.#waiting.splice(after < 0 ? this.#waiting.length : after, 0, task);
  }

  #dispatch(): void {
    while (this.#waiting.length > 0) {
      const thread = this.#leastLoaded();
      if (thread === undefined) return;
      const task = this.#waiting.shift();
      if (task !== undefined) thread.post(task);
    }
  }

  #leastLoaded(): PoolThread | undefined {
    let best: PoolThread | undefined;
    let bestLoad = this.#options.tasksPerThread ?? 1;
    for (const thread of this.#threads) {
      if (thread.load >= bestLoad) continue;
      best = thread;
      bestLoad = thread.load;
    }
    return best;
  }

  #rejectAll(error: HairlineError, tasks: readonly PoolTask[]): void {
    for (const task of tasks) task.reject(error);
  }
}
