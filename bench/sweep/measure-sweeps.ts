import type { Database } from "@hairline/core/db";
import { sweep, type ImageSweepResult } from "@hairline/core/readings";
import { rebuildRollup } from "@hairline/core/rollup";
import { median } from "../benchmark.ts";
import { GRIDS } from "./grids.ts";
import { countMismatches, sweepNaively } from "./naive.ts";
import { DATASET, generateFacts } from "./synthetic-facts.ts";

/** Medians in ms. */
export interface SweepTimes {
  readonly rows: number;
  /** `select count(*), sum(probability)`, by one process and as the server would run it. */
  readonly bareScan: number;
  readonly parallelScan: number;
  readonly scan: Readonly<Record<keyof typeof GRIDS, number>>;
  readonly scanWithRocAuc: number;
  readonly rollup: Readonly<Record<keyof typeof GRIDS, number>>;
  readonly rebuild: number;
  /** 625 configs, one of the five alphas being held by no column; null above the rows that get CAM grids. */
  readonly fromGrid: number | null;
  /** Null above the rows and configs that it can be waited for. */
  readonly naive: number | null;
  /** Configs on which two ways disagree. */
  readonly mismatches: number;
}

const NAIVE_ROWS = 100_000;
/** A grid is 300 bytes; ten million would not fit the disks that this is run on. */
const CAM_ROWS = 1_000_000;

export interface SweepMeasurement {
  readonly database: Database;
  readonly rows: number;
  readonly rounds: number;
}

export async function measureSweeps({ database, rows, rounds }: SweepMeasurement): Promise<SweepTimes> {
  const model = `rows-${rows}`;
  const cams = rows <= CAM_ROWS;
  const modelId = await generateFacts(database, { model, rows, cams });
  const { rows: datasets } = await database.pool.query<{ id: number }>("select id from dataset");
  const scope = { modelId, datasetId: datasets[0]?.id ?? 0, alphaCount: 5 };
  const rebuild = await time(() => rebuildRollup(database, scope));
  const offColumns = { ...GRIDS["625"], alpha: [0.3, 0.4, 0.45, 0.6, 0.7] };
  const run = (grid: keyof typeof GRIDS, options: { scan: boolean; rocAuc?: boolean }) =>
    sweep({ database, dataset: DATASET, model, grid: GRIDS[grid], rocAuc: false, ...options });
  const ways = {
    bareScan: () => bareScan(database, modelId, 0),
    parallelScan: () => bareScan(database, modelId, 2),
    scan625: () => run("625", { scan: true }),
    scan250k: () => run("250,000", { scan: true }),
    scanWithRocAuc: () => run("625", { scan: true, rocAuc: true }),
    rollup625: () => run("625", { scan: false }),
    rollup250k: () => run("250,000", { scan: false }),
    ...(cams
      ? { fromGrid: () => sweep({ database, dataset: DATASET, model, grid: offColumns, rocAuc: false }) }
      : {}),
  };
  const times = await interleave(ways, rounds);
  let mismatches = disagreements(await ways.scan250k(), await ways.rollup250k());
  mismatches += disagreements(await ways.scan625(), await ways.rollup625());
  let naive: number | null = null;
  if (rows <= NAIVE_ROWS) {
    const swept = await ways.scan625();
    naive = await time(async () => {
      mismatches += countMismatches(await sweepNaively(database, modelId, GRIDS["625"]), swept);
    });
  }
  return {
    rows,
    bareScan: times.bareScan,
    parallelScan: times.parallelScan,
    scan: { "625": times.scan625, "250,000": times.scan250k },
    scanWithRocAuc: times.scanWithRocAuc,
    rollup: { "625": times.rollup625, "250,000": times.rollup250k },
    rebuild,
    fromGrid: times.fromGrid ?? null,
    naive,
    mismatches,
  };
}

/** All ways in every round, so that a neighbour's load meets all alike; the first round only warms up. */
async function interleave<Way extends string>(
  ways: Readonly<Partial<Record<Way, () => Promise<unknown>>>>,
  rounds: number,
): Promise<Record<Way, number>> {
  const names = Object.keys(ways) as Way[];
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Way, number[]>;
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const way = ways[name];
      if (way === undefined) continue;
      const elapsed = await time(way);
      if (round > 0) times[name].push(elapsed);
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(times[name])])) as Record<Way, number>;
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

async function bareScan({ pool }: Database, modelId: number, workers: number): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query(`set max_parallel_workers_per_gather = ${workers}`);
    await client.query(`select count(*), sum(probability) from prediction where model_id = ${modelId}`);
    await client.query("reset max_parallel_workers_per_gather");
  } finally {
    client.release();
  }
}

function disagreements(a: ImageSweepResult, b: ImageSweepResult): number {
  let differing = 0;
  for (let index = 0; index < a.configs; index++) {
    const same =
      a.counts.tp[index] === b.counts.tp[index] &&
      a.counts.fp[index] === b.counts.fp[index] &&
      a.counts.tn[index] === b.counts.tn[index] &&
      a.counts.fn[index] === b.counts.fn[index];
    if (!same) differing += 1;
  }
  return differing;
}
