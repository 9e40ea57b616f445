import { randomUUID } from "node:crypto";
import { defineJob, type JobDefinition } from "@hairline/core/jobs";
import { z } from "zod";

export interface Numbered {
  readonly number: number;
}

/** A job of its own queue, so that tests on one server do not meet. */
export function numberedJob(
  overrides: Partial<Omit<JobDefinition<Numbered>, "payload" | "key">> = {},
): JobDefinition<Numbered> {
  return defineJob({
    queue: `numbered-${randomUUID()}`,
    payload: z.strictObject({ number: z.int().min(0) }),
    attempts: 3,
    backoffMs: 10,
    timeoutMs: 30_000,
    key: ({ number }) => `n-${number}`,
    ...overrides,
  });
}

export function numbers(count: number): Numbered[] {
  return Array.from({ length: count }, (_, number) => ({ number }));
}
