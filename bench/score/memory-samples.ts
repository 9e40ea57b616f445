import { residentMebibytes } from "./resident-memory.ts";
import type { StackProcess } from "./scoring-stack.ts";

const INTERVAL_MS = 1_000;

/** MiB of one process, in order of time. */
export interface RoleSamples {
  readonly role: string;
  readonly all: readonly number[];
  readonly first: readonly number[];
  readonly last: readonly number[];
}

/** Samples the resident memory of processes from its construction on, until disposed of. */
export class MemorySamples implements Disposable {
  readonly #samples: { readonly process: StackProcess; readonly values: number[] }[];
  readonly #timer: NodeJS.Timeout;

  constructor(processes: readonly StackProcess[]) {
    this.#samples = processes.map((process) => ({ process, values: [] }));
    this.#timer = setInterval(() => void this.#take(), INTERVAL_MS);
  }

  byRole(): RoleSamples[] {
    return this.#samples.map(({ process: { role }, values }) => {
      const quarter = Math.ceil(values.length / 4);
      return { role, all: values, first: values.slice(0, quarter), last: values.slice(-quarter) };
    });
  }

  async #take(): Promise<void> {
    for (const { process, values } of this.#samples) {
      const mebibytes = await residentMebibytes(process.pid);
      if (Number.isFinite(mebibytes)) values.push(mebibytes);
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
