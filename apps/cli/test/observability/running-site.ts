import { once } from "node:events";
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const BIN = fileURLToPath(new URL("../../bin/hairline.js", import.meta.url));
export const PATIENCE = { timeout: 180_000, interval: 100 };
export const ROLES = ["api", "scheduler", "worker-gpu"] as const;
export type Role = (typeof ROLES)[number];

export interface LogLine {
  readonly msg: string;
  readonly port?: number;
  readonly runId?: string;
  readonly ordinal?: number;
  readonly jobId?: string;
  readonly traceId?: string;
}

/** `hairline up --open` and what it says. */
export class RunningSite implements AsyncDisposable {
  readonly #home: string;
  readonly #child: ReturnType<typeof spawn>;
  readonly #closed: Promise<unknown>;
  output = "";

  private constructor(home: string, environment: NodeJS.ProcessEnv) {
    this.#home = home;
    const { DATABASE_URL: _database, REDIS_URL: _redis, ...inherited } = process.env;
    this.#child = spawn(process.execPath, [BIN, "up", "--port", "0", "--open"], {
      env: { ...inherited, HAIRLINE_HOME: home, HAIRLINE_CORES: "1", ...environment },
      cwd: home,
      detached: true,
    });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on("data", (chunk: Buffer) => {
        this.output += chunk.toString();
      });
    this.#closed = once(this.#child, "close");
  }

  static async start(home: string, environment: NodeJS.ProcessEnv): Promise<RunningSite> {
    const site = new RunningSite(home, environment);
    await site.#said("running; Ctrl-C stops");
    return site;
  }

  /** Resolves when the text was said. @throws when the process ends without it */
  #said(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (this.output.includes(text)) resolve();
      };
      for (const stream of [this.#child.stdout, this.#child.stderr]) stream?.on("data", look);
      this.#child.once("close", (code) => reject(new Error(`ended with ${code}: ${this.output}`)));
    });
  }

  get url(): string {
    return /http:\/\/127\.0\.0\.1:\d+/.exec(this.output)?.[0] ?? "";
  }

  log(role: Role): Promise<string> {
    return readFile(join(this.#home, "logs", `${role}.log`), "utf8");
  }

  async lines(role: Role): Promise<LogLine[]> {
    return (await this.log(role))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as LogLine);
  }

  /** Of its metrics and probes. */
  async probe(role: Role, path: string): Promise<Response> {
    const served = (await this.lines(role)).find(({ msg }) => msg === "metrics and probes are served");
    return fetch(`http://127.0.0.1:${served?.port}${path}`);
  }

  async post(path: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${this.url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  }

  async get<T>(path: string): Promise<T> {
    return (await (await fetch(`${this.url}${path}`)).json()) as T;
  }

  /** As Ctrl-C does. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    process.kill(-(this.#child.pid ?? 0), "SIGINT");
    await this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    process.kill(-(this.#child.pid ?? 0), "SIGKILL");
    await this.#closed;
  }
}
