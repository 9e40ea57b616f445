import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);
const TIMEOUT_MS = 10_000;

/** A GPU as its driver lists it. */
export interface GpuReport {
  /** As HAIRLINE_GPU takes it. */
  readonly index: number;
  readonly name: string;
  readonly memory: string;
  readonly driver: string;
}

/** NVIDIA's GPUs by its own tool; none where the tool is not installed or fails. Others have no common listing. */
export async function listGpus(program = "nvidia-smi"): Promise<GpuReport[]> {
  const query = ["--query-gpu=index,name,memory.total,driver_version", "--format=csv,noheader"];
  try {
    const { stdout } = await run(program, query, { timeout: TIMEOUT_MS });
    return parseGpus(stdout);
  } catch {
    // Absent, or without a driver to talk to: there is no GPU to name.
    return [];
  }
}

/** One GPU a line: `0, NVIDIA H100 80GB HBM3, 81559 MiB, 550.54.15`; other lines are the tool's complaints. */
export function parseGpus(csv: string): GpuReport[] {
  return csv.split("\n").flatMap((line) => {
    const [index = "", name = "", memory = "", driver = ""] = line.split(",").map((cell) => cell.trim());
    return /^\d+$/.test(index) && driver !== "" ? [{ index: Number(index), name, memory, driver }] : [];
  });
}
