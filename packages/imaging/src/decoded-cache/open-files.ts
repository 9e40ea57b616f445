import { open, type FileHandle } from "node:fs/promises";

interface OpenFile {
  readonly opened: Promise<FileHandle>;
  users: number;
}

/** Keeps the files used last open for reading, up to a number of them. */
export class OpenFiles {
  readonly #limit: number;
  /** The one used last comes last. */
  readonly #files = new Map<string, OpenFile>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @throws what opening the file or the task throws */
  async use<Result>(path: string, task: (handle: FileHandle) => Promise<Result>): Promise<Result> {
    const file = this.#files.get(path) ?? { opened: open(path, "r"), users: 0 };
    this.#files.delete(path);
    this.#files.set(path, file);
    file.users += 1;
    let handle: FileHandle | undefined;
    try {
      handle = await file.opened;
      return await task(handle);
    } finally {
      file.users -= 1;
      if (handle === undefined) this.#forget(path, file);
      await this.#closeUnused(path, file);
    }
  }

  /** Closes the file as soon as nobody reads from it. */
  async drop(path: string): Promise<void> {
    const file = this.#files.get(path);
    if (file === undefined) return;
    this.#files.delete(path);
    if (file.users === 0) await closeFile(file);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#files.keys()].map((path) => this.drop(path)));
  }

  #forget(path: string, file: OpenFile): void {
    if (this.#files.get(path) === file) this.#files.delete(path);
  }

  async #closeUnused(path: string, file: OpenFile): Promise<void> {
    if (file.users === 0 && this.#files.get(path) !== file) await closeFile(file);
    if (this.#files.size <= this.#limit) return;
    for (const [oldest, { users }] of this.#files) {
      if (users === 0) return await this.drop(oldest);
    }
  }
}

async function closeFile({ opened }: OpenFile): Promise<void> {
  // One that could not be opened told its users so.
  const handle = await opened.catch(() => undefined);
  await handle?.close();
}
