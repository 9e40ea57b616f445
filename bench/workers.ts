import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { removeEmbeddedPostgres } from "@hairline/core/db";
import { median, type Benchmark, type BenchmarkContext, type Figure } from "./benchmark.ts";
import { generateImages, listImages } from "./score/images.ts";
import { LimitsMeter } from "./score/limits.ts";
import { ScoringStack } from "./score/scoring-stack.ts";
import { parseWorkersOptions, type WorkersOptions } from "./workers/options.ts";
import { pinTo } from "./workers/pin-to.ts";

const DISTINCT_IMAGES = 77;
const WARM_UP = { count: 64, distinct: 64 };

interface Rates {
  /** Images per second, files to rows. */
  readonly scored: number;
  /** What as many independent loops reached on the same cores. */
  readonly limit: number;
}

/** A number of workers that have as many cores, and what each round gave. */
interface Contender {
  readonly workers: number;
  readonly stack: ScoringStack;
  readonly meter: LimitsMeter;
  readonly rounds: Rates[];
}

/**
 * A run shared by 1, 2, 4 workers of one core each, by the queue alone, from files on disk to rows in PostgreSQL. Each
 * number of workers has that many cores for all of its processes, server and scheduler included, and its limit is
 * measured on the same cores in the same round: as many independent loops that decode and run the network. Linux only.
 */
export const workersBenchmark: Benchmark = {
  name: "workers",
  summary: "how scoring scales with worker processes of one core each",
  async run(context) {
    const options = parseWorkersOptions(context.args);
    const cores = availableParallelism();
    const folder = await mkdtemp(join(tmpdir(), "hairline-bench-"));
    const contenders: Contender[] = [];
    try {
      await generateImages(join(folder, "warm-up"), WARM_UP);
      await generateImages(folder, { count: options.images, distinct: DISTINCT_IMAGES });
      for (const workers of options.workers) contenders.push(await openContender(folder, workers));
      await measure(context, { contenders, images: join(folder, "images"), options });
      const { workers, images, rounds } = options;
      return {
        benchmark: "workers",
        setting: { workers: workers.join(","), images, rounds, threadsPerWorker: 1 },
        figures: figuresOf(contenders),
        missed: [],
      };
    } finally {
      await pinTo(cores);
      for (const { workers, stack, meter } of contenders) {
        meter[Symbol.dispose]();
        await stack[Symbol.asyncDispose]();
        await removeEmbeddedPostgres({ home: join(folder, `home-${workers}`) });
      }
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function openContender(folder: string, workers: number): Promise<Contender> {
  await pinTo(workers);
  const stack = new ScoringStack(join(folder, `home-${workers}`));
  await stack.start(workers, { ...process.env, HAIRLINE_CORES: "1" });
  await stack.scoreFolder(join(folder, "warm-up", "images"), "warm-up");
  const meter = new LimitsMeter(await listImages(join(folder, "images")), workers);
  await meter.ready();
  return { workers, stack, meter, rounds: [] };
}

/** Every number of workers in every round, so that a change of the machine's other work meets all of them. */
async function measure(
  context: BenchmarkContext,
  parts: { contenders: readonly Contender[]; images: string; options: WorkersOptions },
): Promise<void> {
  for (let round = 1; round <= parts.options.rounds; round += 1) {
    for (const { workers, stack, meter, rounds } of parts.contenders) {
      await pinTo(workers);
      const { ideal } = await meter.measure();
      const { images, seconds } = await stack.scoreFolder(parts.images, "images");
      rounds.push({ scored: images / seconds, limit: ideal });
      context.note(
        `round ${round}, workers ${workers}: ${(images / seconds).toFixed(1)} img/s, limit ${ideal.toFixed(1)}`,
      );
    }
  }
}

function figuresOf(contenders: readonly Contender[]): Figure[] {
  const [alone] = contenders;
  return contenders.flatMap(({ workers, rounds }): Figure[] => {
    const name = `${workers} worker${workers === 1 ? "" : "s"}`;
    const speedUp = median(
      rounds.map(({ scored }, round) => scored / (alone?.rounds[round]?.scored ?? Number.NaN)),
    );
    const ofLimit = median(rounds.map(({ scored, limit }) => scored / limit));
    return [
      {
        name: `${name}, files to rows`,
        value: median(rounds.map(({ scored }) => scored)),
        unit: "img/s",
        ratio: { to: "1 worker", value: speedUp },
      },
      { name: `${name}, efficiency`, value: speedUp / workers, unit: "of 1 worker" },
      {
        name: `${workers} core${workers === 1 ? "" : "s"}, limit`,
        value: median(rounds.map(({ limit }) => limit)),
        unit: "img/s",
      },
      { name: `${name} against their limit`, value: ofLimit, unit: "×" },
    ];
  });
}
