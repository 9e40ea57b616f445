import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { migrate, openDatabase, removeEmbeddedPostgres, startEmbeddedPostgres } from "@hairline/core/db";
import type { Benchmark, BenchmarkContext, BenchmarkResult, Figure } from "./benchmark.ts";
import { measureSweeps, type SweepTimes } from "./sweep/measure-sweeps.ts";
import { parseSweepOptions, type SweepBenchOptions } from "./sweep/options.ts";

/** Times the bare scan, from 10 M rows on: below, what a statement costs by itself decides. */
const SCAN_TARGETS = { "625": 4, "250,000": 9 } as const;
const SCAN_TARGET_ROWS = 10_000_000;
const ROLLUP_TARGET_MS = 100;

export const sweepBenchmark: Benchmark = {
  name: "sweep",
  summary: "a grid of policies over stored facts, against reading them once (--rows, --rounds)",
  async run(context) {
    const options = parseSweepOptions(context.args);
    const folder = await mkdtemp(join(tmpdir(), "hairline-bench-"));
    try {
      return await measure(context, options, join(folder, "home"));
    } finally {
      await removeEmbeddedPostgres({ home: join(folder, "home") });
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function measure(
  context: BenchmarkContext,
  { rows, rounds }: SweepBenchOptions,
  home: string,
): Promise<BenchmarkResult> {
  await using server = await startEmbeddedPostgres({ home, fast: true });
  await using database = await openDatabase(server.url);
  await migrate(database);
  const measured: SweepTimes[] = [];
  for (const count of rows) {
    context.note(`${count.toLocaleString("en-US")} rows`);
    measured.push(await measureSweeps({ database, rows: count, rounds }));
  }
  return {
    benchmark: "sweep",
    setting: { rows: rows.join(" "), rounds, alphas: 5, cores: availableParallelism() },
    figures: measured.flatMap(figuresOf),
    missed: measured.flatMap(missedBy),
  };
}

function figuresOf(times: SweepTimes): Figure[] {
  const { bareScan } = times;
  const figure = (name: string, value: number): Figure => ({
    name: `${times.rows.toLocaleString("en-US")} rows: ${name}`,
    value,
    unit: "ms",
    ratio: { to: "bare scan", value: value / bareScan },
  });
  return [
    figure("bare scan, one process", bareScan),
    figure("bare scan, parallel", times.parallelScan),
    figure("625 configs, scan", times.scan["625"]),
    figure("250,000 configs, scan", times.scan["250,000"]),
    figure("625 configs and ROC-AUC, scan", times.scanWithRocAuc),
    figure("625 configs, rollup", times.rollup["625"]),
    figure("250,000 configs, rollup", times.rollup["250,000"]),
    figure("rollup made anew", times.rebuild),
    ...(times.fromGrid === null ? [] : [figure("625 configs, an alpha from the raw grids", times.fromGrid)]),
    ...(times.naive === null ? [] : [figure("625 configs, naive cross join", times.naive)]),
    {
      name: `${times.rows.toLocaleString("en-US")} rows: configs that disagree`,
      value: times.mismatches,
      unit: "configs",
    },
  ];
}

function missedBy({ rows, bareScan, scan, rollup, mismatches }: SweepTimes): string[] {
  const missed: string[] = [];
  const count = rows.toLocaleString("en-US");
  for (const grid of ["625", "250,000"] as const) {
    const ratio = scan[grid] / bareScan;
    if (rows >= SCAN_TARGET_ROWS && ratio > SCAN_TARGETS[grid])
      missed.push(
        `${grid} configs over ${count} rows: ${ratio.toFixed(1)} of at most ${SCAN_TARGETS[grid]} scans`,
      );
    if (rollup[grid] > ROLLUP_TARGET_MS)
      missed.push(
        `${grid} configs from the rollup of ${count} rows: ${rollup[grid].toFixed(0)} of ${ROLLUP_TARGET_MS} ms`,
      );
  }
  if (mismatches > 0) missed.push(`${mismatches} configs over ${count} rows disagree`);
  return missed;
}
