import { HairlineError } from "@hairline/core/errors";

/** How long a client is waited for. */
export interface ClientPace {
  /** Aborted when the client is gone or the whole request took too long. */
  readonly signal: AbortSignal;
  readonly stallMs: number;
}

/**
 * The next of what a client sends. Only waiting for the client counts: what is done with it in between does not.
 *
 * @throws HairlineError REQUEST_TIMEOUT when nothing comes; the signal's reason when aborted
 */
export async function nextFrom<T>(
  source: AsyncIterator<T>,
  { signal, stallMs }: ClientPace,
): Promise<IteratorResult<T>> {
  signal.throwIfAborted();
  const next = source.next();
  let give: () => void = () => undefined;
  const end = new Promise<never>((_resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    const timer = setTimeout(() => reject(tooSlow(`nothing came for ${stallMs / 1000} s`)), stallMs);
    signal.addEventListener("abort", onAbort, { once: true });
    give = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
    };
  });
  try {
    return await Promise.race([next, end]);
  } finally {
    give();
    // Given up, it may still fail: when the connection is closed.
    next.catch(() => undefined);
  }
}

/** What a client sends, chunk by chunk, at its pace. */
export async function* atPace<T>(
  source: AsyncIterable<T>,
  pace: ClientPace,
): AsyncGenerator<T, void, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  for (;;) {
    const next = await nextFrom(iterator, pace);
    if (next.done === true) return;
    yield next.value;
  }
}

export function tooSlow(reason: string): HairlineError {
  return new HairlineError("REQUEST_TIMEOUT", `The upload is too slow: ${reason}.`, {
    remedy: "Send it again in smaller parts.",
  });
}
