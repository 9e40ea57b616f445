import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** A child process that says "ready", waits for its task, and answers with the seconds the task took. */
export class TimedChild<Task> implements Disposable {
  readonly #process: ChildProcess;
  readonly #ready: Promise<unknown>;

  constructor(module: string, setup: unknown) {
    this.#process = fork(fileURLToPath(new URL(module, import.meta.url)), [JSON.stringify(setup)]);
    this.#ready = once(this.#process, "message");
  }

  async ready(): Promise<void> {
    await this.#ready;
  }

  async run(task: Task): Promise<number> {
    const answer = once(this.#process, "message");
    this.#process.send(task as object);
    const [message] = (await answer) as [{ seconds: number }];
    return message.seconds;
  }

  [Symbol.dispose](): void {
    this.#process.kill();
  }
}

/** The child's side: prepares with the setup it was given, then runs every task it is sent. */
export async function serveTasks(
  prepare: (setup: unknown) => Promise<(task: unknown) => Promise<void>>,
): Promise<void> {
  const run = await prepare(JSON.parse(process.argv[2] ?? "null"));
  process.on("message", (task) => {
    const startedMs = performance.now();
    void run(task).then(() => process.send?.({ seconds: (performance.now() - startedMs) / 1000 }));
  });
  process.send?.("ready");
}
