/** Things to close in the reverse order of their opening. Node 20 has no AsyncDisposableStack. */
export class Closers {
  readonly #opened: AsyncDisposable[] = [];

  use<T extends AsyncDisposable>(opened: T): T {
    this.#opened.push(opened);
    return opened;
  }

  async close(): Promise<void> {
    for (const opened of this.#opened.splice(0).reverse()) await opened[Symbol.asyncDispose]();
  }
}
