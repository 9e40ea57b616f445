import { spawn, type ChildProcess } from "node:child_process";

import {
  interpolate,
  parseCompose,
  readComposeText,
  requiredVariables,
  ROOT,
} from "../compose/compose-file.ts";

const compose = parseCompose(readComposeText());

/** What a host name, folder or port of the compose network is on this machine; each text is replaced wherever it is. */
export type Places = ReadonlyMap<string, string>;

/** Values of the compose file's variables; of no account here, since the servers' addresses are replaced. */
const VARIABLES = {
  ...Object.fromEntries([...requiredVariables(readComposeText())].map((name) => [name, `${name}-value`])),
  WORKER_CORES: "1",
};

/** The environment of a service as Compose would set it, moved to this machine. */
export function serviceEnvironment(name: string, places: Places): Record<string, string> {
  const declared = Object.entries(compose.services[name]?.environment ?? {});
  return Object.fromEntries(
    declared.flatMap(([key, value]) =>
      value === null ? [] : [[key, moved(interpolate(value, VARIABLES), places)]],
    ),
  );
}

/** In one pass: what a place was replaced with is not looked at again. */
function moved(text: string, places: Places): string {
  const names = [...places.keys()].map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return text.replace(new RegExp(names.join("|"), "g"), (name) => places.get(name) ?? name);
}

/** The command line of a service: its own, or these arguments after its entrypoint, as `docker compose run` does. */
function commandLine(name: string, args: readonly string[] | undefined): [string, string[]] {
  const { entrypoint = [], command = [] } = compose.services[name] ?? {};
  const [program = "", ...rest] = [...entrypoint, ...(args ?? command)].filter(
    (part, index) => entrypoint.length === 0 || index > entrypoint.indexOf("--"),
  );
  if (program === "node") return [process.execPath, rest];
  // Where there are no sources, as in the image, the command's launcher does nothing but this.
  if (program === "hairline") return [process.execPath, ["apps/cli/dist/main.js", ...rest]];
  throw new Error(`${name} runs "${program}"`);
}

export interface LogLine {
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** A service of docker-compose.yml as a process of this machine: its exact command line and environment. */
export class ServiceProcess implements AsyncDisposable {
  readonly environment: Record<string, string>;
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  readonly #waiting = new Set<() => void>();
  stdout = "";
  stderr = "";

  /** @param args instead of the service's command */
  constructor(name: string, places: Places, args?: readonly string[]) {
    this.environment = serviceEnvironment(name, places);
    const [program, rest] = commandLine(name, args);
    this.#child = spawn(program, rest, {
      cwd: ROOT,
      env: { PATH: process.env["PATH"], NODE_ENV: "production", ...this.environment },
    });
    for (const stream of ["stdout", "stderr"] as const) {
      this.#child[stream]?.on("data", (chunk: Buffer) => {
        this[stream] += chunk.toString();
        for (const look of this.#waiting) look();
      });
    }
    this.#ended = new Promise((resolve) => {
      this.#child.once("close", (code) => {
        resolve(code);
        for (const look of this.#waiting) look();
      });
    });
  }

  get log(): LogLine[] {
    const lines = this.stdout.split("\n").filter((line) => line.startsWith("{"));
    // The last line may still be on its way.
    return lines.filter((line) => line.endsWith("}")).map((line) => JSON.parse(line) as LogLine);
  }

  /** Resolves with the first log line of this message, and rejects when the process ends without one. */
  logged(message: string): Promise<LogLine> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const line = this.log.find(({ msg }) => msg === message);
        const code = this.#child.exitCode ?? this.#child.signalCode;
        if (line === undefined && code === null) return;
        this.#waiting.delete(look);
        if (line !== undefined) resolve(line);
        else reject(new Error(`ended with ${code} and without "${message}":\n${this.stdout}${this.stderr}`));
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** What it wrote to stdout, once it has ended by itself and in order; rejects when it ended otherwise. */
  async succeeded(): Promise<string> {
    const code = await this.#ended;
    if (code === 0) return this.stdout;
    throw new Error(`ended with ${code}:\n${this.stdout}${this.stderr}`);
  }

  /** Asks it to stop, as `docker compose stop` does; rejects when it does not end in order. */
  stop(): Promise<string> {
    this.#child.kill("SIGTERM");
    return this.succeeded();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }
}
