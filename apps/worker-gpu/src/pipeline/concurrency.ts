/**
 * Calls `map` on up to `limit` items at a time and yields results as they complete, in no particular order.
 * A result nobody has taken yet counts as under way, so no more than `limit` exist at once.
 * When it throws or is left early, calls under way go on unheard: abort them by a signal of their own.
 */
export async function* mapConcurrently<Item, Result>(
  items: Iterable<Item>,
  limit: number,
  map: (item: Item) => Promise<Result>,
): AsyncGenerator<Result, void, undefined> {
  const running = new Map<number, Promise<{ index: number; result: Result }>>();
  let started = 0;
  const start = (item: Item) => {
    const index = started;
    started += 1;
    const call = map(item).then((result) => ({ index, result }));
    // Read by the race below, unless the generator was left before.
    call.catch(() => {});
    running.set(index, call);
  };
  for (const item of items) {
    start(item);
    if (running.size < limit) continue;
    const { index, result } = await Promise.race(running.values());
    running.delete(index);
    yield result;
  }
  while (running.size > 0) {
    const { index, result } = await Promise.race(running.values());
    running.delete(index);
    yield result;
  }
}

/** Calls `visit` on up to `limit` items of a stream at a time; rejects with the first failure, after all settled. */
export async function forEachConcurrently<Item>(
  items: AsyncIterable<Item>,
  limit: number,
  visit: (item: Item) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  let failure: { reason: unknown } | undefined;
  const start = async (item: Item) => {
    try {
      await visit(item);
    } catch (reason) {
      failure ??= { reason };
    }
  };
  try {
    for await (const item of items) {
      const call = start(item).finally(() => running.delete(call));
      running.add(call);
      if (running.size >= limit) await Promise.race(running);
      if (failure !== undefined) break;
    }
  } finally {
    await Promise.all(running);
  }
  if (failure !== undefined) throw failure.reason;
}
