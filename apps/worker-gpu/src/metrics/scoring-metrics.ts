import { Counter, DURATION_BUCKETS, Histogram, type Registry } from "@hairline/telemetry/metrics";
import type { ShardLedger } from "../shard/commit-shard.ts";
import type { ShardOutcome } from "../pipeline/image-outcome.ts";

/** Images of a batch, by powers of two. */
const BATCH_BUCKETS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

/** What a worker counts and times. One observation takes well below a microsecond; an image takes milliseconds. */
export class ScoringMetrics {
  readonly read: Histogram;
  readonly decode: Histogram;
  readonly inference: Histogram;
  readonly commit: Histogram;
  readonly batchImages: Histogram;
  readonly #images: Counter;
  readonly #quarantined: Counter<"code">;
  readonly #shards: Counter<"outcome">;
  readonly #failures: Counter<"code" | "retried">;

  constructor(registry: Registry) {
    const registers = [registry];
    const timer = (name: string, help: string) =>
      new Histogram({ name, help, buckets: DURATION_BUCKETS, registers });
    this.read = timer("hairline_read_seconds", "Reading an image from the archive.");
    this.decode = timer(
      "hairline_decode_seconds",
      "From an image's bytes to its pixels, waiting for a thread included.",
    );
    this.inference = timer("hairline_inference_seconds", "A batch through the network, waiting included.");
    this.commit = timer("hairline_commit_seconds", "Writing the results of a shard to the database.");
    this.batchImages = new Histogram({
      name: "hairline_batch_images",
      help: "Images of a batch.",
      buckets: BATCH_BUCKETS,
      registers,
    });
    this.#images = new Counter({
      name: "hairline_images_scored_total",
      help: "Images whose facts this worker has committed.",
      registers,
    });
    this.#quarantined = new Counter({
      name: "hairline_images_quarantined_total",
      help: "Images this worker could not score, by the reason's code.",
      labelNames: ["code"],
      registers,
    });
    this.#shards = new Counter({
      name: "hairline_shards_total",
      help: "Shards this worker ended: committed, or skipped as someone else's or ended.",
      labelNames: ["outcome"],
      registers,
    });
    this.#failures = new Counter({
      name: "hairline_shard_failures_total",
      help: "Tries of shards that failed, by code and by whether another try follows.",
      labelNames: ["code", "retried"],
      registers,
    });
  }

  /** @param ledger undefined when nothing was written */
  countShard({ predictions, rejections }: ShardOutcome, ledger: ShardLedger | undefined): void {
    this.#shards.inc({ outcome: ledger === undefined ? "skipped" : "committed" });
    if (ledger === undefined) return;
    this.#images.inc(predictions.length);
    for (const { code } of rejections) this.#quarantined.inc({ code });
  }

  countFailure(code: string, willRetry: boolean): void {
    this.#failures.inc({ code, retried: String(willRetry) });
  }
}

/** @param startedMs what performance.now() said */
export function secondsSince(startedMs: number): number {
  return (performance.now() - startedMs) / 1000;
}
