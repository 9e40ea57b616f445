import { spawn, type SpawnOptions } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export interface ServerHolder {
  readonly url: string;
  readonly port: number;
  readonly attached: boolean;
  readonly dataFolder: string;
  readonly pid: number;
  /** Lets the process stop its server and end. */
  leave(): Promise<void>;
  /** kill -9. */
  kill(): Promise<void>;
}

/** Starts or joins the server of a home folder in another process. */
export async function holdServer(home: string, options: SpawnOptions = {}): Promise<ServerHolder> {
  const script = fileURLToPath(new URL("hold-server.ts", import.meta.url));
  const child = spawn(process.execPath, ["--conditions=development", "--import", "tsx", script, home], {
    ...options,
    stdio: ["pipe", "pipe", "pipe"],
  });
  const exited = once(child, "close");
  let errors = "";
  child.stderr?.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  if (!child.stdout) throw new Error("no output to read");
  const lines = createInterface(child.stdout);
  const first = await Promise.race([
    once(lines, "line"),
    exited.then(() => Promise.reject(new Error(errors))),
  ]);
  const said = JSON.parse(String(first[0])) as Omit<ServerHolder, "leave" | "kill">;
  const leave = async (): Promise<void> => {
    child.stdin?.end();
    const [status] = await exited;
    if (status !== 0) throw new Error(`exit ${String(status)}: ${errors}`);
  };
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await exited;
  };
  return { ...said, leave, kill };
}
