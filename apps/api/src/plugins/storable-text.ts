import { HairlineError } from "@hairline/core/errors";
import type { ApiServer } from "../api-server.ts";

/** PostgreSQL holds U+0000 in no text, and neither it nor half a surrogate pair in jsonb. */
const UNSTORABLE = /\0|\p{Cs}/u;

/** Refuses, before anything is looked up, a request with a text that the database could only fail on. */
export function requireStorableText(server: ApiServer): void {
  server.addHook("preValidation", async ({ params, query, body }) => {
    for (const given of [params, query, body]) if (hasUnstorableText(given)) throw refusal();
  });
}

/** @param given parsed JSON, of any depth: the walk keeps its own stack */
export function hasUnstorableText(given: unknown): boolean {
  const rest: unknown[] = [given];
  while (rest.length > 0) {
    const value = rest.pop();
    if (typeof value === "string" && UNSTORABLE.test(value)) return true;
    if (typeof value !== "object" || value === null) continue;
    for (const [key, member] of Object.entries(value)) rest.push(key, member);
  }
  return false;
}

function refusal(): HairlineError {
  return new HairlineError("BAD_ARGUMENT", "A text of the request has a NUL or half a surrogate pair.", {
    remedy: "Leave U+0000 out and send well-formed Unicode.",
  });
}
