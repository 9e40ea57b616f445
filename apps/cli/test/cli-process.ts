import { spawn, type ChildProcess } from "node:child_process";
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
  readonly #waiting: { text: string; resolve: () => void; reject: (error: Error) => void }[] = [];
  readonly #closed: Promise<number | null>;

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
    // From the start: a process that ended while something else was awaited says so only once.
    this.#closed = new Promise((resolve) => {
      this.process.once("close", (code) => {
        resolve(code);
        for (const { text, reject } of this.#waiting) {
          reject(new Error(`ended with ${code} without saying "${text}": ${this.#output.stderr}`));
        }
      });
    });
  }

  /** Resolves when the text has appeared on stderr, and rejects when the process ends without it. */
  whenSays(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#output.stderr.includes(text)) resolve();
      else this.#waiting.push({ text, resolve, reject });
    });
  }

  async finished(): Promise<Finished> {
    const code = await this.#closed;
    return { code, ...this.#output };
  }
}

export async function hairline(home: string, ...args: readonly string[]): Promise<Finished> {
  return await new CliProcess(home, args).finished();
}
