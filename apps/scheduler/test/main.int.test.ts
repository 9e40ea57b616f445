import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { planRun } from "@hairline/core/jobs";
import { describe, expect, it } from "vitest";
import { createDataset, createModel, createRun, readRun } from "./archive.ts";
import { openBackend } from "./backend.ts";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));

interface RunningScheduler {
  readonly child: ChildProcess;
  /** Log lines so far; the last one may be incomplete. */
  output(): string;
}

function startMain(env: NodeJS.ProcessEnv): RunningScheduler {
  const child = fork(MAIN, [], {
    env,
    execArgv: ["--conditions=development", "--import", "tsx"],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  return { child, output: () => output };
}

describe("the scheduler process", () => {
  it("reports itself ready, works, and exits cleanly on SIGTERM", async () => {
    await using backend = await openBackend("postgres");
    const { database, queues } = backend;
    const { datasetId } = await createDataset(database, 3);
    const modelId = await createModel(database);
    const { child, output } = startMain({ PATH: process.env["PATH"], DATABASE_URL: database.url });
    const [message] = await once(child, "message");
    expect(message).toEqual({ type: "ready" });

    const runId = await createRun(database, { datasetId, modelId, shardSize: 2 });
    await queues.enqueue(planRun, [{ runId }]);
    await expect
      .poll(async () => (await readRun(database, runId))?.state, { timeout: 120_000 })
      .toBe("running");
    child.kill("SIGTERM");
    const [code] = await once(child, "close");
    expect(code).toBe(0);
    const lines = output()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { msg: string; runId?: string; shards?: number });
    expect(lines.map(({ msg }) => msg)).toEqual(["ready", "run planned", "stopping", "stopped"]);
    expect(lines[1]).toMatchObject({ runId, shards: 2, planned: 3 });
    expect(output()).not.toContain(new URL(database.url).password);
  });

  it("ends when its parent goes away", async () => {
    await using backend = await openBackend("postgres");
    const { child } = startMain({ PATH: process.env["PATH"], DATABASE_URL: backend.database.url });
    await once(child, "message");
    child.disconnect();
    const [code] = await once(child, "exit");
    expect(code).toBe(0);
  });

  it("does not start on a bad configuration, and says what is wrong", async () => {
    const { child, output } = startMain({ PATH: process.env["PATH"], REDIS_URL: "not a url" });
    const [code] = await once(child, "close");
    expect(code).toBe(2);
    expect(JSON.parse(output())).toMatchObject({ code: "BAD_CONFIG", field: "DATABASE_URL, REDIS_URL" });
  });

  it("fails when its database cannot be reached, without telling the password", async () => {
    const { child, output } = startMain({
      PATH: process.env["PATH"],
      DATABASE_URL: "postgres://hairline:hunter2@127.0.0.1:1/hairline",
    });
    const [code] = await once(child, "close");
    expect(code).toBe(1);
    expect(JSON.parse(output())).toMatchObject({ code: "DATABASE_UNAVAILABLE" });
    expect(output()).not.toContain("hunter2");
  });
});
