import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { TrainCase } from "./cases.ts";

const SCRIPT = fileURLToPath(new URL("../peers/train_step.py", import.meta.url));

/** PyTorch in a process of its own, idle between measurements. */
export class TorchPeer implements Disposable {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  private constructor(python: string, cores: number) {
    this.#process = spawn(python, [SCRIPT, "--cores", String(cores)]);
    this.#process.stderr.pipe(process.stderr);
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  static async start(python: string, cores: number): Promise<TorchPeer> {
    const peer = new TorchPeer(python, cores);
    await peer.#answer();
    return peer;
  }

  /** @returns images per second */
  async rate({ stage, batchNorm, batch, side }: TrainCase, seconds: number): Promise<number> {
    this.#process.stdin.write(`${JSON.stringify({ stage, batchNorm, batch, side, seconds })}\n`);
    const { imagesPerSecond } = JSON.parse(await this.#answer()) as { imagesPerSecond: number };
    return imagesPerSecond;
  }

  [Symbol.dispose](): void {
    this.#process.kill();
  }

  async #answer(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error("the PyTorch process ended");
    return value;
  }
}
