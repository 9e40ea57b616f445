import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { migrate, openDatabase, startEmbeddedPostgres, type Database } from "@hairline/core/db";
import { importArchive } from "@hairline/core/ingest";
import { planRun } from "@hairline/core/jobs";
import { openQueues, type Queues } from "@hairline/core/queue";
import { openRun, readRunProgress, requireBalancedLedger } from "@hairline/core/runs";
import { openFilesystemStore } from "@hairline/core/storage";
import { importModel } from "@hairline/model/registry";
import { float32Tensor } from "@hairline/model/weights";
import { reproducibleWeights } from "@hairline/model/testing";
import { processorSeconds } from "./processor-time.ts";
import { residentMebibytes } from "./resident-memory.ts";

export interface ScoredRound {
  readonly images: number;
  /** From the start of the planned run to the commit of its last shard. */
  readonly seconds: number;
  /** The worst over workers. */
  readonly eventLoop: EventLoopReport;
  /** Resident memory of the largest worker when the round ended. */
  readonly workerMebibytes: number;
  /** Processor time of all workers for one image, in milliseconds; other processes' load does not change it much. */
  readonly processorMsPerImage: number;
}

/** What a worker's main thread told of one round. */
export interface EventLoopReport {
  /** How late a timer was at most. */
  readonly pauseMs: number;
  /** Of that pause, the time the thread ran; null where the system does not count it. */
  readonly ranMs: number | null;
  /** Of that pause, the time the thread could run but had no core. */
  readonly waitedMs: number | null;
  /** Longest time the thread ran within one pause: what the worker's own code held up. */
  readonly busyMs: number;
}

/** A process of the stack, for those who look at its memory. */
export interface StackProcess {
  readonly role: string;
  readonly pid: number;
}

const APPS = new URL("../../apps/", import.meta.url);
const MONITOR = new URL("./event-loop-monitor.mjs", import.meta.url).href;

/** Embedded PostgreSQL, a scheduler and workers: the processes of `hairline score`, on folders of their own. */
export class ScoringStack implements AsyncDisposable {
  readonly #closers: (() => Promise<void>)[] = [];
  readonly #home: string;
  readonly #workers: ChildProcess[] = [];
  readonly #processes: StackProcess[] = [];
  #database: Database | undefined;
  #queues: Queues | undefined;
  #rounds = 0;

  constructor(home: string) {
    this.#home = home;
  }

  async start(workers: number, environment: NodeJS.ProcessEnv): Promise<void> {
    const server = await startEmbeddedPostgres({ home: this.#home });
    this.#closers.push(() => server.stop());
    const database = await openDatabase(server.url);
    this.#closers.push(() => database.close());
    this.#database = database;
    await migrate(database);
    const queues = await openQueues({ kind: "postgres", url: server.url });
    this.#closers.push(() => queues.close());
    this.#queues = queues;
    const env = {
      ...environment,
      DATABASE_URL: server.url,
      HAIRLINE_HOME: this.#home,
      HAIRLINE_LOG_LEVEL: "error",
    };
    await this.#startRole("scheduler", { env, monitored: false });
    for (let index = 0; index < workers; index += 1) {
      this.#workers.push(await this.#startRole("worker-gpu", { env, monitored: true }));
    }
  }

  get processes(): readonly StackProcess[] {
    return this.#processes;
  }

  async #startRole(
    role: string,
    options: { env: NodeJS.ProcessEnv; monitored: boolean },
  ): Promise<ChildProcess> {
    const entry = fileURLToPath(new URL(`${role}/src/main.ts`, APPS));
    const execArgv = options.monitored ? [...process.execArgv, "--import", MONITOR] : process.execArgv;
    const child = fork(entry, [], {
      env: options.env,
      execArgv,
      stdio: ["ignore", 2, 2, "ipc"],
    });
    this.#closers.push(async () => {
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      await ended;
    });
    const ended = once(child, "exit").then(([code]) => {
      throw new Error(`the ${role} ended with exit code ${String(code)} before it was ready`);
    });
    await Promise.race([once(child, "message"), ended]);
    ended.catch(() => {});
    if (child.pid !== undefined) this.#processes.push({ role, pid: child.pid });
    return child;
  }

  /** Scores the whole folder with a model of its own, so that nothing was scored before. */
  async scoreFolder(folder: string, name: string): Promise<ScoredRound> {
    const database = this.#database;
    if (database === undefined || this.#queues === undefined) throw new Error("the stack was not started");
    const report = await importArchive({ database, path: folder, name });
    const { rows } = await database.pool.query<{ id: number }>("select id from dataset where name = $1", [
      report.dataset,
    ]);
    const datasetId = rows[0]?.id ?? 0;
    const modelId = await this.#importModel(database);
    for (const worker of this.#workers) worker.send("monitor-start");
    const workers = this.#processes.filter(({ role }) => role === "worker-gpu");
    const usedBefore = await processorSecondsOf(workers);
    const { runId } = await openRun({ database, datasetId, modelId });
    await this.#queues.enqueue(planRun, [{ runId }]);
    const images = await whenCompleted(database, runId);
    const used = (await processorSecondsOf(workers)) - usedBefore;
    return {
      images,
      seconds: await scoringSeconds(database, runId),
      processorMsPerImage: (used / images) * 1000,
      eventLoop: await this.#worstEventLoop(),
      workerMebibytes: Math.max(...(await Promise.all(workers.map(({ pid }) => residentMebibytes(pid))))),
    };
  }

  async #worstEventLoop(): Promise<EventLoopReport> {
    const reports = await Promise.all(this.#workers.map(reportedEventLoop));
    const worst = reports.reduce((a, b) => (b.pauseMs > a.pauseMs ? b : a));
    return { ...worst, busyMs: Math.max(...reports.map(({ busyMs }) => busyMs)) };
  }

  async #importModel(database: Database): Promise<number> {
    this.#rounds += 1;
    const stateDict = new Map(reproducibleWeights("resnet18"));
    stateDict.set("fc.bias", float32Tensor([1], Float32Array.of(this.#rounds / 1000)));
    const store = openFilesystemStore(join(this.#home, "objects"));
    const { model } = await importModel({
      database,
      store,
      source: { stateDict, name: `round-${this.#rounds}` },
    });
    return model.id;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const close of this.#closers.reverse()) await close();
  }
}

async function whenCompleted(database: Database, runId: string): Promise<number> {
  for (;;) {
    const progress = await readRunProgress(database, runId);
    if (progress.state === "failed") throw new Error(`the run failed with ${progress.errorCode}`);
    if (progress.state === "completed") {
      requireBalancedLedger(progress);
      return progress.scored + progress.quarantined;
    }
    await wait(100);
  }
}

async function scoringSeconds(database: Database, runId: string): Promise<number> {
  const { rows } = await database.pool.query<{ seconds: number }>(
    `select extract(epoch from max(shard.done_at) - min(run.started_at))::float8 as seconds
     from run join shard on shard.run_id = run.id where run.id = $1`,
    [runId],
  );
  return rows[0]?.seconds ?? Number.NaN;
}

async function reportedEventLoop(worker: ChildProcess): Promise<EventLoopReport> {
  const answer = once(worker, "message");
  worker.send("monitor-report");
  const [message] = (await answer) as [EventLoopReport];
  return message;
}

async function processorSecondsOf(processes: readonly StackProcess[]): Promise<number> {
  const seconds = await Promise.all(processes.map(({ pid }) => processorSeconds(pid)));
  return seconds.reduce((sum, value) => sum + value, 0);
}
