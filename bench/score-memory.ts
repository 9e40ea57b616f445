import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { removeEmbeddedPostgres } from "@hairline/core/db";
import { median, type Benchmark, type BenchmarkContext, type Figure } from "./benchmark.ts";
import { BLOCK_TARGET_MS, eventLoopFigures, longestBlockMs } from "./score/event-loop-figures.ts";
import { generateImages, type GeneratedImages } from "./score/images.ts";
import { MemorySamples, type RoleSamples } from "./score/memory-samples.ts";
import { positive } from "./score/options.ts";
import { ScoringStack, type ScoredRound } from "./score/scoring-stack.ts";

/** The last quarter over the first, of medians; an allocator's noise is below it. */
const ALLOWED_GROWTH = 1.05;
const WARM_UP: GeneratedImages = { count: 1024, distinct: 77 };

interface MemoryBenchOptions extends GeneratedImages {
  readonly cores: number;
}

/**
 * Whether memory stays flat over a long run: one run over many images, with the resident memory of each process
 * sampled once a second. Files repeat after --distinct of them, by hard links; to the import they are all images.
 */
export const scoreMemoryBenchmark: Benchmark = {
  name: "score-memory",
  summary: "resident memory of worker, scheduler and the importing process over one long run",
  async run(context) {
    const options = parseOptions(context.args);
    const folder = await mkdtemp(join(tmpdir(), "hairline-bench-"));
    try {
      const { samples, scored } = await measure(context, options, folder);
      const roles = samples.byRole();
      return {
        benchmark: "score-memory",
        setting: { images: options.count, distinct: options.distinct, cores: options.cores },
        figures: [
          { name: "end to end, files to rows", value: scored.images / scored.seconds, unit: "img/s" },
          ...roles.flatMap(roleFigures),
          ...eventLoopFigures([scored.eventLoop]),
        ],
        missed: [...roles.flatMap(missedBy), ...blockMissed(scored)],
      };
    } finally {
      await removeEmbeddedPostgres({ home: join(folder, "home") });
      await rm(folder, { recursive: true, force: true });
    }
  },
};

function parseOptions(args: readonly string[]): MemoryBenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      images: { type: "string", default: "50000" },
      distinct: { type: "string", default: "2000" },
    },
  });
  return {
    count: positive("images", values.images),
    distinct: positive("distinct", values.distinct),
    cores: availableParallelism(),
  };
}

async function measure(
  { note }: BenchmarkContext,
  options: MemoryBenchOptions,
  folder: string,
): Promise<{ samples: MemorySamples; scored: ScoredRound }> {
  await generateImages(folder, options);
  await generateImages(join(folder, "warm-up"), WARM_UP);
  note(`${options.count} images, ${options.distinct} of them distinct, are written`);
  await using stack = new ScoringStack(join(folder, "home"));
  await stack.start(1, { ...process.env, HAIRLINE_CORES: String(options.cores) });
  // The worker's pools and the network's arenas reach their size here.
  await stack.scoreFolder(join(folder, "warm-up", "images"), "warm-up");
  using samples = new MemorySamples([...stack.processes, { role: "importer", pid: process.pid }]);
  return { samples, scored: await stack.scoreFolder(join(folder, "images"), "images") };
}

function roleFigures({ role, first, last, all }: RoleSamples): Figure[] {
  const early = median(first);
  const late = median(last);
  return [
    { name: `${role}, first quarter of the run`, value: early, unit: "MiB" },
    {
      name: `${role}, last quarter of the run`,
      value: late,
      unit: "MiB",
      ratio: { to: "first quarter", value: late / early },
    },
    { name: `${role}, most`, value: Math.max(...all), unit: "MiB" },
  ];
}

function missedBy({ role, first, last }: RoleSamples): string[] {
  const growth = median(last) / median(first);
  if (growth <= ALLOWED_GROWTH) return [];
  return [`the ${role} grew to ${growth.toFixed(3)} of its first quarter, allowed ${ALLOWED_GROWTH}`];
}

function blockMissed({ eventLoop }: ScoredRound): string[] {
  const blockMs = longestBlockMs([eventLoop]);
  return blockMs > BLOCK_TARGET_MS ? [`the worker held up its event loop for ${blockMs.toFixed(0)} ms`] : [];
}
