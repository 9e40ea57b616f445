import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { removeEmbeddedPostgres, startEmbeddedPostgres, type EmbeddedPostgres } from "@hairline/core/db";
import { until } from "../until.ts";

/** A PostgreSQL cluster that nobody else uses, with its usual settings: it may be killed. */
export class OwnPostgres implements AsyncDisposable {
  readonly #home: string;
  #server: EmbeddedPostgres;

  private constructor(home: string, server: EmbeddedPostgres) {
    this.#home = home;
    this.#server = server;
  }

  static async start(home: string): Promise<OwnPostgres> {
    return new OwnPostgres(home, await startEmbeddedPostgres({ home }));
  }

  /** Of a database on the server as it runs now: its port may change when it is started again. */
  url(database: string): string {
    const url = new URL(this.#server.url);
    url.pathname = `/${database}`;
    return url.href;
  }

  get port(): number {
    return this.#server.port;
  }

  /** kill -9 of the server; its back ends end by themselves. */
  kill(): Promise<void> {
    return this.#end("SIGKILL");
  }

  /** PostgreSQL's fast shutdown, as an upgrade does it: sessions are cut, what is committed is written. */
  stop(): Promise<void> {
    return this.#end("SIGINT");
  }

  async startAgain(): Promise<void> {
    this.#server = await startEmbeddedPostgres({ home: this.#home });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const file = await readFile(join(this.#server.dataFolder, "postmaster.pid"), "utf8");
    const pid = Number.parseInt(file, 10);
    process.kill(pid, signal);
    await until(`PostgreSQL to end by ${signal}`, () => (isAlive(pid) ? undefined : true));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return removeEmbeddedPostgres({ home: this.#home });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
