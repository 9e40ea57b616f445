import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ENGINES } from "../catalogue/catalogue.ts";
import { ENGINE_NAMES, type EngineName } from "../catalogue/engine-name.ts";
import type { EngineReport, ProbeAnswer } from "./engine-report.ts";

export interface ProbeOptions {
  /** Default 180 s: the first use of a GPU may compile programs for seconds. */
  readonly timeoutMs?: number;
  /** The module tried; for tests. */
  readonly child?: URL;
  readonly environment?: NodeJS.ProcessEnv;
  /** Which GPU, from 0; the engine's first when absent. */
  readonly device?: number | undefined;
}

const TIMEOUT_MS = 180_000;
const STDERR_KEPT = 8192;

/** Tries every engine, all at once. */
export function probeEngines(options: ProbeOptions = {}): Promise<EngineReport[]> {
  return Promise.all(ENGINE_NAMES.map((name) => probeEngine(name, options)));
}

/**
 * Tries an engine by running a small network on it, in a process of its own: a driver may end or hang the process that
 * loads it, and what a library lists as supported (onnxruntime-node lists CUDA without CUDA's libraries) proves nothing.
 *
 * @returns the failure as a report: whatever goes wrong is the answer to the question
 */
export async function probeEngine(engine: EngineName, options: ProbeOptions = {}): Promise<EngineReport> {
  const { title, precisions, howToInstall } = ENGINES[engine];
  const answer = await askChild(engine, options);
  return {
    engine,
    title,
    available: answer.available,
    version: answer.version,
    device: answer.available ? answer.device : null,
    reason: answer.available ? null : answer.reason,
    notes: answer.available ? answer.notes : [],
    precisions,
    howToInstall,
  };
}

function askChild(
  engine: EngineName,
  { timeoutMs = TIMEOUT_MS, child: module = beside("./probe-child"), environment, device }: ProbeOptions,
): Promise<ProbeAnswer> {
  const child = fork(fileURLToPath(module), device === undefined ? [engine] : [engine, String(device)], {
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    ...(environment === undefined ? {} : { env: environment }),
  });
  const stderr = keepEnd(child);
  return new Promise((resolve) => {
    let answer: ProbeAnswer | undefined;
    const unavailable = (reason: string): ProbeAnswer => ({ available: false, version: null, reason });
    const timer = setTimeout(() => {
      answer ??= unavailable(`It did not answer within ${timeoutMs / 1000} s.`);
      child.kill("SIGKILL");
    }, timeoutMs);
    child.once("message", (message) => {
      answer = message as ProbeAnswer;
    });
    child.once("error", (error) => {
      answer ??= unavailable(`Its process could not be started: ${error.message}`);
    });
    // Closed, not only ended: by then all of stderr was read. An engine that answered and then ends badly has answered.
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      const ending = signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
      resolve(
        withMissingLibraries(answer ?? unavailable(`Its process ${ending}: ${lastLine(stderr())}`), stderr()),
      );
    });
  });
}

/** Names the shared libraries the dynamic linker looked for in vain: libraries print them, and throw only that they failed. */
function withMissingLibraries(answer: ProbeAnswer, stderr: string): ProbeAnswer {
  if (answer.available) return answer;
  const missing = [...stderr.matchAll(/(lib[\w.+-]*\.so[\w.]*): cannot open shared object file/g)].map(
    ([, library]) => library ?? "",
  );
  const unnamed = [...new Set(missing)].filter((library) => !answer.reason.includes(library));
  if (unnamed.length === 0) return answer;
  return { ...answer, reason: `${answer.reason.replace(/\.?$/, ".")} Not found: ${unnamed.join(", ")}.` };
}

function keepEnd(child: ChildProcess): () => string {
  let text = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-STDERR_KEPT);
  });
  return () => text;
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1)?.slice(0, 300) ?? "";
}

function beside(name: string): URL {
  return new URL(`${name}${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url);
}
