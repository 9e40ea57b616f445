/** Pulls up to `count` items before they are asked for, so that producing the next overlaps using the last. */
export async function* readAhead<Item>(
  source: AsyncIterable<Item>,
  count: number,
): AsyncGenerator<Item, void, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  const ahead: Promise<IteratorResult<Item>>[] = [];
  const pull = () => {
    // An async generator queues calls to next(), so these resolve in order.
    const next = iterator.next();
    next.catch(() => {});
    ahead.push(next);
  };
  try {
    for (let index = 0; index < count; index += 1) pull();
    for (;;) {
      const next = await ahead.shift();
      if (next === undefined || next.done === true) return;
      pull();
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
}
