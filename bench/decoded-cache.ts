import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { writeSyntheticArchive } from "@hairline/imaging/synthetic";
import {
  median,
  type Benchmark,
  type BenchmarkContext,
  type BenchmarkResult,
  type Figure,
} from "./benchmark.ts";
import { DecodePasses, type PassFigures, type PassSource } from "./decoded-cache/decode-pass.ts";
import { parseDecodedCacheOptions, type DecodedCacheBenchOptions } from "./decoded-cache/options.ts";
import { measureScorePasses, type ScoredPasses } from "./decoded-cache/score-passes.ts";
import { listImages } from "./score/images.ts";

const NO_CACHE = "decode stage without cache";

interface Round {
  readonly without: PassFigures;
  readonly filling: PassFigures;
  readonly hits: PassFigures;
}

/** The decode stage of a worker over the same files without a cache, filling one, and reading from it. */
export const decodedCacheBenchmark: Benchmark = {
  name: "decoded-cache",
  summary: "decode-stage img/s without the decoded cache, filling it, and reading from it",
  async run(context) {
    const options = parseDecodedCacheOptions(context.args);
    const folder = await mkdtemp(join(tmpdir(), "hairline-bench-"));
    try {
      return await measure(context, options, folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function measure(
  context: BenchmarkContext,
  options: DecodedCacheBenchOptions,
  folder: string,
): Promise<BenchmarkResult> {
  // Each drawn image once: copies of one file would be one record.
  const root = resolve(options.folder ?? join(folder, "images"));
  if (options.folder === null) await writeSyntheticArchive({ root, seed: 1, studies: options.studies });
  const source = { root, files: await listImages(root) };
  const rounds = await measureRounds(context, { source, options, folder });
  const figures = decodeFigures(rounds);
  if (options.endToEnd) figures.push(...(await endToEndFigures(root, folder)));
  return {
    benchmark: "decoded-cache",
    setting: {
      images: source.files.length,
      refused: rounds[0]?.without.refused ?? 0,
      threads: options.threads,
      rounds: options.rounds,
      folder: options.folder,
    },
    figures,
    missed: [],
  };
}

interface RoundParts {
  readonly source: PassSource;
  readonly options: DecodedCacheBenchOptions;
  readonly folder: string;
}

async function measureRounds(context: BenchmarkContext, parts: RoundParts): Promise<Round[]> {
  const { source, options, folder } = parts;
  await using passes = await DecodePasses.open(source, options.threads);
  await passes.run(undefined);
  const rounds: Round[] = [];
  for (let round = 1; round <= options.rounds; round += 1) {
    const cacheRoot = join(folder, `cache-${round}`);
    const without = await passes.run(undefined);
    const filling = await passes.run(cacheRoot);
    const hits = await passes.run(cacheRoot);
    rounds.push({ without, filling, hits });
    await rm(cacheRoot, { recursive: true });
    context.note(
      `round ${round} of ${options.rounds}: ${hits.imagesPerSecond.toFixed(0)} img/s from the cache`,
    );
  }
  return rounds;
}

function decodeFigures(rounds: readonly Round[]): Figure[] {
  const compared = (name: string, pass: keyof Round): Figure => ({
    name,
    value: median(rounds.map((round) => round[pass].imagesPerSecond)),
    unit: "img/s",
    ratio: {
      to: NO_CACHE,
      value: median(rounds.map((round) => round[pass].imagesPerSecond / round.without.imagesPerSecond)),
    },
  });
  const cpu = (name: string, pass: keyof Round): Figure => ({
    name: `CPU time, ${name}`,
    value: median(rounds.map((round) => round[pass].cpuMsPerImage)),
    unit: "ms/image",
  });
  return [
    { ...compared(NO_CACHE, "without"), ratio: { to: NO_CACHE, value: 1 } },
    compared("first pass, filling the cache", "filling"),
    compared("second pass, from the cache", "hits"),
    cpu("without cache", "without"),
    cpu("first pass", "filling"),
    cpu("second pass", "hits"),
  ];
}

/** The second model's pass, in which neither has to start threads or fill anything. */
async function endToEndFigures(root: string, folder: string): Promise<Figure[]> {
  const off = await measureScorePasses(root, { folder, setting: "off" });
  const on = await measureScorePasses(root, { folder, setting: "on" });
  const figure = (name: string, passes: ScoredPasses, pass: keyof ScoredPasses): Figure => ({
    name: `files to rows, ${name}`,
    value: passes[pass],
    unit: "img/s",
    ratio: { to: "without cache", value: passes[pass] / off[pass] },
  });
  return [
    figure("second model, without cache", off, "second"),
    figure("first model, filling the cache", on, "first"),
    figure("second model, from the cache", on, "second"),
  ];
}
