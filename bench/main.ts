import { cpus } from "node:os";
import type { Benchmark, BenchmarkResult, Ratio } from "./benchmark.ts";

/** Loaded on demand: a benchmark may need packages that another one does not. */
const BENCHMARKS: Readonly<Record<string, () => Promise<Benchmark>>> = {
  api: async () => (await import("./api.ts")).apiBenchmark,
  "decoded-cache": async () => (await import("./decoded-cache.ts")).decodedCacheBenchmark,
  engines: async () => (await import("./engines.ts")).enginesBenchmark,
  plan: async () => (await import("./plan.ts")).planBenchmark,
  "row-sizes": async () => (await import("./row-sizes.ts")).rowSizesBenchmark,
  sweep: async () => (await import("./sweep.ts")).sweepBenchmark,
  "score-memory": async () => (await import("./score-memory.ts")).scoreMemoryBenchmark,
  workers: async () => (await import("./workers.ts")).workersBenchmark,
  train: async () => (await import("./train.ts")).trainBenchmark,
  score: async () => (await import("./score.ts")).scoreBenchmark,
};

async function main(args: readonly string[]): Promise<number> {
  const json = args.includes("--json");
  const [name, ...rest] = args.filter((arg) => arg !== "--json");
  const load = name === undefined ? undefined : BENCHMARKS[name];
  if (load === undefined) return await list(name);

  const benchmark = await load();
  const result = await benchmark.run({ args: rest, note: (text) => process.stderr.write(`${text}\n`) });
  if (json) console.log(JSON.stringify({ ...result, machine: machine() }, null, 2));
  else print(result);
  return result.missed.length === 0 ? 0 : 1;
}

async function list(unknown: string | undefined): Promise<number> {
  if (unknown !== undefined) console.error(`There is no benchmark named ${unknown}.`);
  console.log("npm run bench -- <name> [--json] [options]");
  for (const load of Object.values(BENCHMARKS)) {
    const { name, summary } = await load();
    console.log(`  ${name.padEnd(12)} ${summary}`);
  }
  return unknown === undefined ? 0 : 2;
}

function print(result: BenchmarkResult): void {
  const setting = Object.entries(result.setting).map(([key, value]) => `${key} ${String(value)}`);
  console.log(`${result.benchmark} (${setting.join(", ")})`);
  for (const { name, value, unit, ratio } of result.figures) {
    const figure = `${formatValue(value)} ${unit}`.padStart(18);
    const compared = ratio === undefined ? "" : `   ${formatRatio(ratio)}`;
    console.log(`  ${name.padEnd(44)}${figure}${compared}`);
  }
  for (const target of result.missed) console.log(`  missed: ${target}`);
}

function formatRatio({ to, value, spread }: Ratio): string {
  const between = spread === undefined ? "" : ` (${spread.map(formatValue).join(" to ")})`;
  return `${formatValue(value)} × ${to}${between}`;
}

function formatValue(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en-US");
  return value.toPrecision(3);
}

function machine(): Record<string, string | number> {
  const cpu = cpus()[0]?.model ?? "unknown";
  return { cpu, node: process.version, platform: process.platform, arch: process.arch };
}

process.exitCode = await main(process.argv.slice(2));
