import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** Works without a pause for at least this long. */
interface Stint {
  readonly seconds: number;
}

interface StintDone {
  readonly images: number;
  readonly seconds: number;
}

/** A child process that prepares, says "ready", and then works for as long as it is told. */
export class TimedChild implements Disposable {
  readonly #process: ChildProcess;
  readonly #ready: Promise<unknown>;

  constructor(module: string, setup: unknown) {
    this.#process = fork(fileURLToPath(new URL(module, import.meta.url)));
    this.#ready = this.#answer();
    this.#process.send({ setup });
  }

  async ready(): Promise<void> {
    await this.#ready;
  }

  /** @returns images per second */
  async rate(stint: Stint): Promise<number> {
    const answer = this.#answer();
    this.#process.send(stint);
    const { images, seconds } = (await answer) as StintDone;
    return images / seconds;
  }

  async #answer(): Promise<unknown> {
    const ended = new AbortController();
    const message = once(this.#process, "message", { signal: ended.signal });
    const exit = once(this.#process, "exit", { signal: ended.signal }).then(([code]) => {
      throw new Error(`a measuring process ended with exit code ${String(code)}`);
    });
    try {
      const [answer] = (await Promise.race([message, exit])) as [unknown];
      return answer;
    } finally {
      message.catch(() => {});
      exit.catch(() => {});
      ended.abort();
    }
  }

  [Symbol.dispose](): void {
    this.#process.kill();
  }
}

/**
 * The child's side.
 * @param prepare takes the setup and gives the work of one turn, which returns the images it did
 */
export function serveStints(prepare: (setup: unknown) => Promise<() => Promise<number>>): void {
  let turn: (() => Promise<number>) | undefined;
  process.on("message", (message: { setup: unknown } | Stint) => {
    void (async () => {
      if ("setup" in message) {
        turn = await prepare(message.setup);
        process.send?.("ready");
      } else if (turn !== undefined) {
        process.send?.(await workFor(message, turn));
      }
    })();
  });
}

async function workFor({ seconds }: Stint, turn: () => Promise<number>): Promise<StintDone> {
  const startedMs = performance.now();
  let images = 0;
  let passed = 0;
  while (passed < seconds) {
    images += await turn();
    passed = (performance.now() - startedMs) / 1000;
  }
  return { images, seconds: passed };
}
