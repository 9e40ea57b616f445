import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const BIN = fileURLToPath(new URL("../bin/hairline.js", import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The `hairline` command as a user runs it, with a home of its own. */
export class CliProcess {
  readonly process: ChildProcess;
  readonly #output = { stdout: "", stderr: "" };
  readonly #waiting: { text: string; resolve: () => void }[] = [];

  /** @param variables set besides HAIRLINE_HOME; no servers are taken over from the environment */
  constructor(home: string, args: readonly string[], variables: NodeJS.ProcessEnv = {}) {
    const { DATABASE_URL: _database, REDIS_URL: _redis, ...environment } = process.env;
    this.process = spawn(process.execPath, [BIN, ...args], {
      env: { ...environment, ...variables, HAIRLINE_HOME: home },
      cwd: home,
    });
    for (const name of ["stdout", "stderr"] as const) {
      this.process[name]?.on("data", (chunk: Buffer) => {
        this.#output[name] += chunk.toString();
        for (const { text, resolve } of this.#waiting) if (this.#output.stderr.includes(text)) resolve();
      });
    }
  }

  /** Resolves when the text has appeared on stderr. */
  whenSays(text: string): Promise<void> {
    return new Promise((resolve) => {
      if (this.#output.stderr.includes(text)) resolve();
      else this.#waiting.push({ text, resolve });
    });
  }

  async finished(): Promise<Finished> {
    const [code] = (await once(this.process, "close")) as [number | null];
    return { code, ...this.#output };
  }
}

export async function hairline(home: string, ...args: readonly string[]): Promise<Finished> {
  return await new CliProcess(home, args).finished();
}
