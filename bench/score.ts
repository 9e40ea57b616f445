import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { removeEmbeddedPostgres } from "@hairline/core/db";
import type { Benchmark, BenchmarkContext, BenchmarkResult } from "./benchmark.ts";
import { findPeerPython, measurePeer } from "./peers/peer.ts";
import { generateImages, listImages } from "./score/images.ts";
import { betweenLimits, LimitsMeter } from "./score/limits.ts";
import { parseScoreOptions, type ScoreBenchOptions } from "./score/options.ts";
import { runPinned } from "./score/pinned.ts";
import { ScoringStack } from "./score/scoring-stack.ts";
import { summarise, type Round } from "./score/summary.ts";

const DISTINCT_IMAGES = 77;
const WARM_UP = { count: 64, distinct: 64 };

/**
 * From files on disk to rows in PostgreSQL, by the processes of `hairline score`: planning the run and loading the
 * network are in the time, importing the archive is not. The limits are measured before and after each round on the
 * same cores. With --peer, peers/score_gradcam.py scores the same files.
 */
export const scoreBenchmark: Benchmark = {
  name: "score",
  summary: "images/s from files on disk to rows in PostgreSQL, against what these cores could do at best",
  async run(context) {
    const options = parseScoreOptions(context.args);
    const cores = availableParallelism();
    if (options.cores !== null && options.cores < cores) return await runPinned(options.cores);
    const folder = await mkdtemp(join(tmpdir(), "hairline-bench-"));
    try {
      const files = await prepareImages(folder, options);
      const rounds = await measure(context, { options, cores, folder, files });
      return result(rounds, { options, cores, files });
    } finally {
      await removeEmbeddedPostgres({ home: join(folder, "home") });
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function prepareImages(folder: string, options: ScoreBenchOptions): Promise<string[]> {
  await generateImages(join(folder, "warm-up"), WARM_UP);
  const generated = { count: options.images, distinct: DISTINCT_IMAGES };
  if (options.folder === null) await generateImages(folder, generated);
  return await listImages(options.folder ?? join(folder, "images"));
}

interface MeasureParts {
  readonly options: ScoreBenchOptions;
  readonly cores: number;
  readonly folder: string;
  readonly files: readonly string[];
}

async function measure(context: BenchmarkContext, parts: MeasureParts): Promise<Round[]> {
  const { options, cores, folder, files } = parts;
  const images = options.folder ?? join(folder, "images");
  const python = options.peer ? await findPeerPython() : null;
  await using stack = new ScoringStack(join(folder, "home"));
  await stack.start(options.workers, {
    ...process.env,
    HAIRLINE_CORES: String(Math.max(1, Math.floor(cores / options.workers))),
  });
  await stack.scoreFolder(join(folder, "warm-up", "images"), "warm-up");
  using meter = new LimitsMeter(files, cores);
  await meter.ready();
  const rounds: Round[] = [];
  let before = await meter.measure();
  for (let round = 1; round <= options.rounds; round += 1) {
    const scored = await stack.scoreFolder(images, "images");
    const after = await meter.measure();
    const limits = betweenLimits(before, after);
    const endToEnd = scored.images / scored.seconds;
    const peer = python === null ? null : await measurePeer(python, images, cores);
    rounds.push({ ...scored, ...limits, endToEnd, peer });
    context.note(
      `round ${round} of ${options.rounds}: ${endToEnd.toFixed(1)} img/s, ideal ${limits.ideal.toFixed(1)}`,
    );
    before = peer !== null ? await meter.measure() : after;
  }
  return rounds;
}

function result(
  rounds: readonly Round[],
  { options, cores, files }: Omit<MeasureParts, "folder">,
): BenchmarkResult {
  const { workers, folder } = options;
  return {
    benchmark: "score",
    setting: { images: files.length, cores, workers, rounds: options.rounds, folder },
    ...summarise(rounds),
  };
}
