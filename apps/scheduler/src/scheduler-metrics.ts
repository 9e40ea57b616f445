import { Counter, DURATION_BUCKETS, Histogram, type Registry } from "@hairline/telemetry/metrics";

/** What a scheduler does again and again, as its metrics call it. */
export type LoopName = "reconcile" | "completion" | "rollup" | "schedules" | "study-timers" | "retraining";

/** What a scheduler counts and times. */
export class SchedulerMetrics {
  readonly #turns: Histogram<"loop">;
  readonly #turnFailures: Counter<"loop" | "code">;
  readonly #jobFailures: Counter<"queue" | "code" | "retried">;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#turns = new Histogram({
      name: "hairline_scheduler_turn_seconds",
      help: "A turn of one of the scheduler's loops that succeeded.",
      labelNames: ["loop"],
      buckets: DURATION_BUCKETS,
      registers,
    });
    this.#turnFailures = new Counter({
      name: "hairline_scheduler_turn_failures_total",
      help: "Turns of the scheduler's loops that failed, by code; the next turn does their work.",
      labelNames: ["loop", "code"],
      registers,
    });
    this.#jobFailures = new Counter({
      name: "hairline_scheduler_job_failures_total",
      help: "Tries of plannings, tasks and sweeps that failed, by code and by whether another try follows.",
      labelNames: ["queue", "code", "retried"],
      registers,
    });
  }

  /** Does one turn and times it. */
  async timed(loop: LoopName, turn: () => Promise<void>): Promise<void> {
    const end = this.#turns.startTimer({ loop });
    await turn();
    end();
  }

  countTurnFailure(loop: LoopName, code: string): void {
    this.#turnFailures.inc({ loop, code });
  }

  countJobFailure(queue: string, code: string, willRetry: boolean): void {
    this.#jobFailures.inc({ queue, code, retried: String(willRetry) });
  }
}
