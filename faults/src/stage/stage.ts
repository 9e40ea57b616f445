import type { Database } from "@hairline/core/db";
import { openRun, readRunProgress, type RunProgress } from "@hairline/core/runs";
import type { TestRedis } from "@hairline/core/testing";
import type { SeededRandom } from "../random.ts";
import type { FaultSite } from "../site/fault-site.ts";
import { until } from "../until.ts";
import { Closers } from "../site/closers.ts";
import { Link, type Address } from "./link.ts";
import { RoleProcess, type RoleName, type RoleStart } from "./role-process.ts";
import { roleEnvironment } from "./config.ts";

/** A process and what lies between it and its servers. */
export interface LinkedRole {
  readonly process: RoleProcess;
  readonly postgres: Link;
  /** Undefined when the queue is on PostgreSQL. */
  readonly redis: Link | undefined;
}

export interface LinkedRoleOptions extends Partial<Omit<RoleStart, "env">> {
  readonly env?: NodeJS.ProcessEnv;
  /** Takes its jobs from PostgreSQL although the others take theirs from Redis. */
  readonly queueOnPostgres?: boolean;
  /** Each way to and from PostgreSQL: makes a run last, so that a fault finds it under way on a busy machine too. */
  readonly delayMs?: number;
}

export interface StageParts {
  readonly site: FaultSite;
  readonly database: Database;
  readonly redis: TestRedis | undefined;
  readonly random: SeededRandom;
}

/** What a fault is played on: one run, the processes that work on it, and the servers they use. */
export class Stage implements AsyncDisposable {
  readonly site: FaultSite;
  readonly random: SeededRandom;
  /** Straight to the server, past every link. */
  readonly database: Database;
  readonly #redis: TestRedis | undefined;
  readonly #closers = new Closers();
  readonly #roles: RoleProcess[] = [];
  readonly #killed = new Set<RoleProcess>();
  #runId: string | undefined;
  #before: RunProgress | undefined;
  #faultAt: Date | undefined;

  constructor({ site, database, redis, random }: StageParts) {
    this.site = site;
    this.database = database;
    this.random = random;
    this.#redis = redis;
  }

  get redis(): TestRedis {
    if (this.#redis === undefined) throw new Error("this fault's queue is not on Redis");
    return this.#redis;
  }

  get runId(): string {
    if (this.#runId === undefined) throw new Error("no run was opened");
    return this.#runId;
  }

  /** As read before the first fault; undefined until then. */
  get before(): RunProgress | undefined {
    return this.#before;
  }

  /** When the first thing broke. */
  get faultAt(): Date | undefined {
    return this.#faultAt;
  }

  /** A run waiting to be planned: the scheduler finds it without any job. */
  async openRun(datasetId: number = this.site.datasetId): Promise<void> {
    const { database, site } = this;
    const { runId } = await openRun({ database, datasetId, modelId: site.modelId, shardSize: SHARD_SIZE });
    this.#runId = runId;
  }

  /** Takes a run that a process opened. */
  adoptRun(runId: string): void {
    this.#runId = runId;
  }

  /** Starts a role and returns when it is ready. */
  async start(role: RoleName, options: LinkedRoleOptions = {}): Promise<LinkedRole> {
    const linked = await this.launch(role, options);
    await linked.process.whenReady();
    return linked;
  }

  /** Starts a role and returns at once. */
  async launch(role: RoleName, options: LinkedRoleOptions = {}): Promise<LinkedRole> {
    const { queueOnPostgres = false, delayMs = 0, env = {}, ...start } = options;
    const postgres = await this.#openLink(() => ({ host: "127.0.0.1", port: this.site.postgres.port }));
    postgres.slow(delayMs);
    const redis =
      this.#redis === undefined || queueOnPostgres
        ? undefined
        : await this.#openLink(() => this.#redisAddress());
    const servers = {
      DATABASE_URL: through(this.database.url, postgres.address),
      ...(redis === undefined ? {} : { REDIS_URL: through(this.redis.url, redis.address) }),
    };
    const environment = { ...roleEnvironment(this.site.home), ...servers, ...env };
    const child = this.#closers.use(new RoleProcess(role, { ...start, env: environment }));
    this.#roles.push(child);
    return { process: child, postgres, redis };
  }

  async kill({ process: child }: LinkedRole): Promise<void> {
    this.#killed.add(child);
    await child.kill();
  }

  progress(): Promise<RunProgress> {
    return readRunProgress(this.database, this.runId);
  }

  /** Resolves when so many shards of the run are done, and reads the ledger. */
  whenDone(shards: number): Promise<RunProgress> {
    return until(`${shards} shards to be done`, async () => {
      this.requireLiving();
      const progress = await this.progress();
      return progress.shardsDone >= shards ? progress : undefined;
    });
  }

  /** To be called right before, or right after, the first fault. @throws Error when the run had ended */
  async noteBefore(): Promise<void> {
    this.#faultAt ??= new Date();
    this.#before ??= await this.#progressUnderWay();
  }

  /** To be called after the last fault. @throws Error when the run had ended before it */
  async requireUnderWay(): Promise<void> {
    await this.#progressUnderWay();
  }

  async #progressUnderWay(): Promise<RunProgress> {
    const progress = await this.progress();
    if (progress.state !== "planning" && progress.state !== "running") {
      throw new Error(`the fault came too late: the run had ended as ${progress.state}`);
    }
    return progress;
  }

  whenEnded(): Promise<RunProgress> {
    return until("the run to end", async () => {
      this.requireLiving();
      const progress = await this.progress();
      return progress.state === "planning" || progress.state === "running" ? undefined : progress;
    });
  }

  /** @throws Error when a role ended that was not killed: no fault may need a supervisor to be survived */
  requireLiving(): void {
    const ended = this.#roles.find((role) => role.isEnded && !this.#killed.has(role));
    if (ended !== undefined) throw new Error(`the ${ended.role} ended by itself:\n${ended.output}`);
  }

  /** What the processes logged, the killed ones first, for the report of a failure. */
  get output(): string {
    return this.#roles.map(({ role, output }) => `--- ${role}\n${output.slice(-1_500)}`).join("\n");
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#closers.close();
  }

  async #openLink(target: () => Address): Promise<Link> {
    return this.#closers.use(await Link.open(target));
  }

  #redisAddress(): Address {
    const { hostname, port } = new URL(this.redis.url);
    return { host: hostname, port: Number(port) };
  }
}

/** Small, so that a run has many commits to disturb. */
const SHARD_SIZE = 4;

function through(server: string, { host, port }: Address): string {
  const url = new URL(server);
  url.hostname = host;
  url.port = String(port);
  return url.href;
}
