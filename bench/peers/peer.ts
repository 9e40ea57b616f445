import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const SCRIPT = fileURLToPath(new URL("./score_gradcam.py", import.meta.url));

/** Images per second. */
export interface PeerRates {
  /** As pytorch-grad-cam does it: hooks, and a backward pass through the whole network. */
  readonly hooks: number;
  /** Tuned: gradients for the layer's activations only. */
  readonly frozen: number;
}

/**
 * The first Python with torch and torchvision: HAIRLINE_BENCH_PYTHON, python3 on the path, the system's.
 * @throws Error when none has them
 */
export async function findPeerPython(): Promise<string> {
  const named = process.env["HAIRLINE_BENCH_PYTHON"];
  const candidates = named === undefined ? ["python3", "/usr/bin/python3"] : [named];
  for (const python of candidates) {
    const found = await run(python, ["-c", "import torch, torchvision"]).then(
      () => true,
      () => false,
    );
    if (found) return python;
  }
  throw new Error(
    `--peer needs torch and torchvision in ${candidates.join(" or ")}; HAIRLINE_BENCH_PYTHON names another`,
  );
}

/** Runs the PyTorch script on the same images. */
export async function measurePeer(python: string, folder: string, cores: number): Promise<PeerRates> {
  const { stdout } = await run(python, [SCRIPT, folder, "--cores", String(cores)]);
  return JSON.parse(stdout) as PeerRates;
}
