import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const SCRIPT = fileURLToPath(new URL("./score_gradcam.py", import.meta.url));

/** Runs the PyTorch script on the same images; needs python3 with torch and torchvision. @returns images per second */
export async function measurePeer(folder: string, cores: number): Promise<number> {
  const python = process.env["HAIRLINE_BENCH_PYTHON"] ?? "python3";
  const { stdout } = await promisify(execFile)(python, [SCRIPT, folder, "--cores", String(cores)]);
  return (JSON.parse(stdout) as { images_per_second: number }).images_per_second;
}
