import { execFile } from "node:child_process";
import { Gauge, type Registry } from "prom-client";

export interface GpuMemory {
  /** From 0, as nvidia-smi counts. */
  readonly gpu: string;
  readonly usedBytes: number;
  readonly totalBytes: number;
}

const MEBIBYTE = 1024 * 1024;
const ANSWER_MS = 2_000;
const QUERY = ["--query-gpu=index,memory.used,memory.total", "--format=csv,noheader,nounits"];

/** Memory of this host's NVIDIA GPUs, asked at each scrape; no series where nvidia-smi does not answer. */
export function collectGpuMemory(
  registry: Registry,
  read: () => Promise<readonly GpuMemory[]> = readGpuMemory,
): void {
  const total = new Gauge({
    name: "hairline_gpu_memory_total_bytes",
    help: "Memory of a GPU of this host.",
    labelNames: ["gpu"],
    registers: [registry],
  });
  const used = new Gauge({
    name: "hairline_gpu_memory_used_bytes",
    help: "Memory in use on a GPU of this host, by whatever process.",
    labelNames: ["gpu"],
    registers: [registry],
    async collect() {
      const gpus = await read();
      used.reset();
      total.reset();
      for (const { gpu, usedBytes, totalBytes } of gpus) {
        used.set({ gpu }, usedBytes);
        total.set({ gpu }, totalBytes);
      }
    },
  });
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
