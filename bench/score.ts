import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { removeEmbeddedPostgres } from "@hairline/core/db";
import {
  median,
  type Benchmark,
  type BenchmarkContext,
  type BenchmarkResult,
  type Figure,
} from "./benchmark.ts";
import { measurePeer } from "./peers/peer.ts";
import { generateImages, listImages } from "./score/images.ts";
import { measureDecode, measureForward } from "./score/limits.ts";
import { parseScoreOptions, type ScoreBenchOptions } from "./score/options.ts";
import { ScoringStack } from "./score/scoring-stack.ts";

const TARGET_RATIO = 0.95;
const TARGET_BLOCK_MS = 50;
const WARM_UP_IMAGES = 64;

interface Round {
  readonly decode: number;
  readonly forward: number;
  readonly ideal: number;
  readonly endToEnd: number;
  readonly peer: number | null;
  readonly maxBlockMs: number;
  readonly workerMebibytes: number;
}

export const scoreBenchmark: Benchmark = {
  name: "score",
  summary: "images/s from files on disk to rows in PostgreSQL, against what these cores could do at best",
  async run(context) {
    const options = parseScoreOptions(context.args);
    const cores = availableParallelism();
    if (options.cores !== null && options.cores < cores) return await runPinned(options.cores);
    const folder = await mkdtemp(join(tmpdir(), "hairline-bench-"));
    try {
      return await measure(context, { options, cores, folder });
    } finally {
      await removeEmbeddedPostgres({ home: join(folder, "home") });
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** The same benchmark in a process that may use only the first cores; what it starts inherits that. */
async function runPinned(cores: number): Promise<BenchmarkResult> {
  const args = [
    "--cpu-list",
    `0-${cores - 1}`,
    process.execPath,
    ...process.execArgv,
    ...process.argv.slice(1),
  ];
  const { stdout } = await promisify(execFile)("taskset", [...args, "--json"], { maxBuffer: 1 << 24 });
  return JSON.parse(stdout) as BenchmarkResult;
}

async function measure(
  context: BenchmarkContext,
  { options, cores, folder }: { options: ScoreBenchOptions; cores: number; folder: string },
): Promise<BenchmarkResult> {
  const images = options.folder ?? join(folder, "images");
  if (options.folder === null) await generateImages(folder, options.images);
  const files = await listImages(images);
  await generateImages(join(folder, "warm-up"), WARM_UP_IMAGES);

  await using stack = new ScoringStack(join(folder, "home"));
  await stack.start(options.workers, {
    ...process.env,
    HAIRLINE_CORES: String(Math.max(1, Math.floor(cores / options.workers))),
  });
  await stack.scoreFolder(join(folder, "warm-up", "images"), "warm-up");
  const rounds: Round[] = [];
  for (let round = 1; round <= options.rounds; round += 1) {
    const decode = await measureDecode(files, cores);
    const forward = await measureForward(cores);
    const scored = await stack.scoreFolder(images, "images");
    const endToEnd = scored.images / scored.seconds;
    const peer = options.peer ? await measurePeer(images, cores) : null;
    // Each image takes 1/decode + 1/forward seconds of all cores together.
    rounds.push({ ...scored, decode, forward, ideal: 1 / (1 / decode + 1 / forward), endToEnd, peer });
    context.note(`round ${round} of ${options.rounds}: ${endToEnd.toFixed(0)} img/s`);
  }
  return summarise(rounds, { options, cores, files: files.length });
}

function summarise(
  rounds: readonly Round[],
  { options, cores, files }: { options: ScoreBenchOptions; cores: number; files: number },
): BenchmarkResult {
  const middle = (value: (round: Round) => number) => median(rounds.map(value));
  const ratio = middle((round) => round.endToEnd / round.ideal);
  const maxBlockMs = Math.max(...rounds.map((round) => round.maxBlockMs));
  const figures: Figure[] = [
    { name: "decode and resize only", value: middle((round) => round.decode), unit: "img/s" },
    { name: "forward only", value: middle((round) => round.forward), unit: "img/s" },
    { name: "ideal of both on these cores", value: middle((round) => round.ideal), unit: "img/s" },
    {
      name: "end to end, files to rows",
      value: middle((round) => round.endToEnd),
      unit: "img/s",
      ratio: { to: "ideal", value: ratio },
    },
    { name: "longest event-loop block of a worker", value: maxBlockMs, unit: "ms" },
    { name: "resident memory of a worker", value: middle((round) => round.workerMebibytes), unit: "MiB" },
  ];
  if (options.peer) {
    const peer = middle((round) => round.peer ?? Number.NaN);
    const value = middle((round) => round.endToEnd / (round.peer ?? Number.NaN));
    figures.push({ name: "PyTorch with Grad-CAM hooks", value: peer, unit: "img/s" });
    figures.push({ name: "end to end against PyTorch", value, unit: "×", ratio: { to: "PyTorch", value } });
  }
  const missed: string[] = [];
  if (ratio < TARGET_RATIO) missed.push(`end to end is ${ratio.toFixed(3)} of ideal, target ${TARGET_RATIO}`);
  if (maxBlockMs > TARGET_BLOCK_MS) missed.push(`an event loop stood still for ${maxBlockMs.toFixed(0)} ms`);
  return {
    benchmark: "score",
    setting: {
      images: files,
      cores,
      workers: options.workers,
      rounds: options.rounds,
      folder: options.folder,
    },
    figures,
    missed,
  };
}
