import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { Database } from "../db/index.ts";
import { RateMeter } from "./rate-meter.ts";
import { insertWorker, stopWorker, updateWorker, type WorkerRow } from "./worker-row.ts";
import type { WorkerActivity, WorkerRegistration } from "./worker.ts";

export interface HeartbeatOptions {
  readonly database: Database;
  readonly registration: WorkerRegistration;
  /** Milliseconds from the end of one report to the next. Default 5,000. */
  readonly intervalMs?: number;
  /** Asked at every report; left out by processes that do not score. */
  readonly activity?: () => WorkerActivity;
  /** Called once when reports begin to fail; they are tried again at every interval. */
  readonly onFailure: (error: unknown) => void;
  /** Called when a report succeeds after others failed. */
  readonly onRecovery?: () => void;
}

export const DEFAULT_HEARTBEAT_MS = 5_000;

/** A process ends all the same when the database does not answer. */
const STOP_MS = 2_000;

/**
 * Registers this process as a worker and reports it from then on, by one update of one row. No failure of the database
 * ends or delays anything but the reports.
 *
 * @returns after the first report, successful or not
 */
export async function startHeartbeat(options: HeartbeatOptions): Promise<Heartbeat> {
  const heartbeat = new Heartbeat(options);
  await heartbeat.start();
  return heartbeat;
}

export class Heartbeat {
  readonly workerId = randomUUID();
  readonly #options: HeartbeatOptions;
  readonly #row: WorkerRow;
  readonly #meter: RateMeter;
  #timer: NodeJS.Timeout | undefined;
  #reporting: Promise<void> = Promise.resolve();
  #registered = false;
  #failing = false;
  #stopped = false;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#row = {
      ...options.registration,
      id: this.workerId,
      heartbeatMs: options.intervalMs ?? DEFAULT_HEARTBEAT_MS,
    };
    this.#meter = new RateMeter(options.activity?.().images);
  }

  async start(): Promise<void> {
    await this.#try(() => this.#register());
    this.#schedule();
  }

  /** Marks the worker as stopped, unless the database does not answer within two seconds. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    clearTimeout(this.#timer);
    const { database, activity } = this.#options;
    const marked = this.#reporting.then(() =>
      this.#try(() => stopWorker(database, { id: this.workerId, activity: activity?.() })),
    );
    await Promise.race([marked, wait(STOP_MS, undefined, { ref: false })]);
  }

  #schedule(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#reporting = this.#try(() => this.#report()).then(() => this.#schedule());
    }, this.#row.heartbeatMs).unref();
  }

  async #register(): Promise<void> {
    await insertWorker(this.#options.database, this.#row);
    this.#registered = true;
  }

  async #report(): Promise<void> {
    const activity = this.#options.activity?.();
    const imagesPerSecond = activity === undefined ? null : this.#meter.read(activity.images);
    const beat = { id: this.workerId, activity, imagesPerSecond };
    if (this.#registered && (await updateWorker(this.#options.database, beat))) return;
    await this.#register();
    await updateWorker(this.#options.database, beat);
  }

  /** Never rejects. */
  async #try(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      if (this.#failing) this.#options.onRecovery?.();
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) this.#options.onFailure(error);
      this.#failing = true;
    }
  }
}
