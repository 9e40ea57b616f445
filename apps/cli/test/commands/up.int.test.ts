import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { createTestDatabase, temporaryFolder } from "@hairline/core/testing";
import { expect, test } from "vitest";

const BIN = fileURLToPath(new URL("../../bin/hairline.js", import.meta.url));
const PATIENCE = { timeout: 120_000, interval: 100 };

/** `hairline up` in a process group of its own, as a shell starts it. */
function startUp(home: string, databaseUrl: string) {
  const { REDIS_URL: _redis, ...environment } = process.env;
  const child = spawn(process.execPath, [BIN, "up", "--port", "0", "--open"], {
    env: { ...environment, DATABASE_URL: databaseUrl, HAIRLINE_HOME: home, HAIRLINE_CORES: "1" },
    cwd: home,
    detached: true,
  });
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].on("data", (chunk: Buffer) => {
      output[name] += chunk.toString();
    });
  }
  const closed = new Promise<number | null>((resolve) => {
    child.once("close", resolve);
  });
  // What a terminal does with Ctrl-C: every process of the group gets the signal.
  const interrupt = () => process.kill(-(child.pid ?? 0), "SIGINT");
  return { child, output, closed, interrupt };
}

test(
  "up runs every role, replaces one that is killed, and Ctrl-C stops them all in order",
  { timeout: 240_000 },
  async () => {
    await using database = await createTestDatabase();
    await using folder = await temporaryFolder();
    const up = startUp(folder.path, database.url);
    const logs = async (role: string) =>
      (await readFile(`${folder.path}/logs/${role}.log`, "utf8"))
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as { msg: string; pid: number });
    try {
      await expect.poll(() => up.output.stderr, PATIENCE).toContain("running; Ctrl-C stops");
      const address = /http:\/\/127\.0\.0\.1:\d+/.exec(up.output.stdout)?.[0] ?? "";
      expect((await fetch(`${address}/healthz`)).status).toBe(200);

      const [scheduler] = await logs("scheduler");
      process.kill(scheduler?.pid ?? 0, "SIGKILL");
      await expect
        .poll(() => up.output.stderr, PATIENCE)
        .toContain("the scheduler process ended unexpectedly");
      await expect
        .poll(async () => (await logs("scheduler")).filter(({ msg }) => msg === "ready").length, PATIENCE)
        .toBe(2);

      up.interrupt();
      expect(await up.closed).toBe(0);
      for (const role of ["scheduler", "worker-gpu"]) expect((await logs(role)).at(-1)?.msg).toBe("stopped");
      expect(up.output.stderr).toContain("stopped in order");
      await expect(fetch(`${address}/healthz`)).rejects.toThrow("fetch failed");
    } finally {
      if (up.child.exitCode === null && up.child.signalCode === null) {
        process.kill(-(up.child.pid ?? 0), "SIGKILL");
        await once(up.child, "exit");
      }
    }
  },
);
