import { execFile } from "node:child_process";
import type { Registry } from "prom-client";
import { freshFor } from "./fresh-for.ts";
import { readingGauge } from "./reading-gauge.ts";

export interface GpuMemory {
  /** From 0, as nvidia-smi counts. */
  readonly gpu: string;
  readonly usedBytes: number;
  readonly totalBytes: number;
}

const MEBIBYTE = 1024 * 1024;
const ANSWER_MS = 2_000;
const QUERY = ["--query-gpu=index,memory.used,memory.total", "--format=csv,noheader,nounits"];

/** Both gauges of a scrape read at once. */
const FRESH_MS = 1_000;

/** Memory of this host's NVIDIA GPUs, asked at each scrape; no series where nvidia-smi does not answer. */
export function collectGpuMemory(
  registry: Registry,
  read: () => Promise<readonly GpuMemory[]> = readGpuMemory,
): void {
  const shared = freshFor(FRESH_MS, read);
  const gauge = (name: string, help: string, bytesOf: (gpu: GpuMemory) => number) =>
    readingGauge<readonly GpuMemory[], "gpu">({
      registry,
      name,
      help,
      labelNames: ["gpu"],
      read: shared,
      fill(filled, gpus) {
        for (const each of gpus) filled.set({ gpu: each.gpu }, bytesOf(each));
      },
    });
  gauge("hairline_gpu_memory_total_bytes", "Memory of a GPU of this host.", ({ totalBytes }) => totalBytes);
  gauge(
    "hairline_gpu_memory_used_bytes",
    "Memory in use on a GPU of this host, by whatever process.",
    ({ usedBytes }) => usedBytes,
  );
}

/** @returns empty where there is no nvidia-smi, or it fails or takes too long */
function readGpuMemory(): Promise<readonly GpuMemory[]> {
  return new Promise((resolve) => {
    execFile("nvidia-smi", QUERY, { timeout: ANSWER_MS }, (error, stdout) => {
      resolve(error === null ? parseGpuMemory(stdout) : []);
    });
  });
}

/** Lines such as `0, 1234, 81559`, in MiB; a GPU that tells "[N/A]" is left out. */
export function parseGpuMemory(csv: string): GpuMemory[] {
  return csv.split("\n").flatMap((line) => {
    const [gpu = "", used, total] = line.split(",").map((part) => part.trim());
    const [usedBytes, totalBytes] = [Number(used) * MEBIBYTE, Number(total) * MEBIBYTE];
    const isKnown = /^\d+$/.test(gpu) && Number.isFinite(usedBytes) && Number.isFinite(totalBytes);
    return isKnown ? [{ gpu, usedBytes, totalBytes }] : [];
  });
}
