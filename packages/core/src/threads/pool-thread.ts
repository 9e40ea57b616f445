import { Worker, type Transferable } from "node:worker_threads";
import { fromPlainError, STOP, type ThreadReply, type ThreadRequest } from "./protocol.ts";

export type LossReason = "crash" | "timeout";

export interface PoolTask {
  readonly id: number;
  readonly message: unknown;
  readonly transfer: readonly Transferable[];
  readonly priority: number;
  readonly timeoutMs: number | undefined;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

export interface PoolThreadOptions {
  readonly url: URL;
  readonly workerData: unknown;
  /** The thread can take another task. */
  readonly onRoom: () => void;
  /** The thread is gone with these tasks unanswered; `wasReady` tells a crash at work from one at start. */
  readonly onLost: (loss: ThreadLoss) => void;
}

export interface ThreadLoss {
  readonly reason: LossReason;
  readonly cause: Error;
  readonly tasks: readonly PoolTask[];
  readonly wasReady: boolean;
}

interface Posted {
  readonly task: PoolTask;
  readonly timer: NodeJS.Timeout | undefined;
}

/** How long a thread that was asked to end may finish its request before it is ended by force. */
const STOP_GRACE_MS = 5_000;

/** One worker thread and the tasks it holds. */
export class PoolThread {
  readonly #worker: Worker;
  readonly #options: PoolThreadOptions;
  readonly #posted = new Map<number, Posted>();
  /** Resolves when the thread has loaded its module or failed to. */
  readonly started: Promise<void>;
  readonly #ended: Promise<void>;
  #ready = false;
  #lost = false;

  constructor(options: PoolThreadOptions) {
    this.#options = options;
    this.#worker = new Worker(options.url, { workerData: options.workerData });
    this.started = new Promise((resolve) => {
      this.#worker.once("message", () => resolve());
      this.#worker.once("exit", () => resolve());
    });
    this.#ended = new Promise((resolve) => this.#worker.once("exit", () => resolve()));
    let failure: Error | undefined;
    this.#worker.on("message", (reply: ThreadReply) => this.#receive(reply));
    this.#worker.on("error", (error: Error) => {
      failure = error;
    });
    this.#worker.on("exit", (code) => {
      this.#lose("crash", failure ?? new Error(`The thread ended with code ${code}.`));
    });
  }

  /** Tasks held, or infinity while the thread cannot take any. */
  get load(): number {
    return this.#ready && !this.#lost ? this.#posted.size : Number.POSITIVE_INFINITY;
  }

  post(task: PoolTask): void {
    const timer =
      task.timeoutMs === undefined
        ? undefined
        : setTimeout(() => this.#timeOut(task.timeoutMs ?? 0), task.timeoutMs);
    this.#posted.set(task.id, { task, timer });
    const request: ThreadRequest = { id: task.id, message: task.message };
    try {
      this.#worker.postMessage(request, task.transfer);
    } catch (error) {
      this.#take(task.id)?.reject(error);
      this.#options.onRoom();
    }
  }

  /** A thread ended by force inside ONNX Runtime takes the process with it (Napi::Error), so it is asked first. */
  async end(): Promise<void> {
    this.#lost = true;
    for (const { timer } of this.#posted.values()) clearTimeout(timer);
    this.#worker.postMessage(STOP, []);
    const force = setTimeout(() => void this.#worker.terminate(), STOP_GRACE_MS);
    await this.#ended;
    clearTimeout(force);
  }

  /** Tasks that were posted and not answered; they are the caller's to settle. */
  takeAll(): PoolTask[] {
    return [...this.#posted.keys()].flatMap((id) => this.#take(id) ?? []);
  }

  #receive(reply: ThreadReply): void {
    if (this.#lost) return;
    switch (reply.type) {
      case "ready":
        this.#ready = true;
        break;
      case "result":
        this.#take(reply.id)?.resolve(reply.value);
        break;
      case "error":
        this.#take(reply.id)?.reject(fromPlainError(reply.error));
        break;
    }
    this.#options.onRoom();
  }

  #take(id: number): PoolTask | undefined {
    const posted = this.#posted.get(id);
    if (posted === undefined) return undefined;
    clearTimeout(posted.timer);
    this.#posted.delete(id);
    return posted.task;
  }

  // Not awaited: a native call in the thread can outlast the limit, and its replacement must not wait for that.
  #timeOut(timeoutMs: number): void {
    this.#lose("timeout", new Error(`No answer within ${timeoutMs} ms.`));
    void this.#worker.terminate();
  }

  #lose(reason: LossReason, cause: Error): void {
    if (this.#lost) return;
    this.#lost = true;
    this.#options.onLost({ reason, cause, tasks: this.takeAll(), wasReady: this.#ready });
  }
}
