import { setTimeout as wait } from "node:timers/promises";

const POLL_MS = 20;
/** Far longer than anything awaited takes on a busy machine: it turns a hang into an error that says what was awaited. */
const LIMIT_MS = 300_000;

/** Resolves with the first answer that is not undefined. @throws Error naming what never came */
export async function until<T>(what: string, ask: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const deadline = performance.now() + LIMIT_MS;
  while (performance.now() < deadline) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await wait(POLL_MS);
  }
  throw new Error(`waited ${LIMIT_MS / 1000} s in vain for ${what}`);
}
