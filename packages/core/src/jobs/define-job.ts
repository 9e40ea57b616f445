import { z } from "zod";
import { HairlineError } from "../errors.ts";

/** Shared by producer and consumer: what a job carries, how often it is tried, what makes it the same job. */
export interface JobDefinition<Payload> {
  readonly queue: string;
  readonly payload: z.ZodType<Payload>;
  readonly attempts: number;
  /** Wait before the second try; it doubles with each further one. */
  readonly backoffMs: number;
  /** A try that runs longer is aborted and counts as failed. */
  readonly timeoutMs: number;
  /** Deterministic job id; BullMQ refuses ":" and integers. */
  readonly key: (payload: Payload) => string;
}

export type PayloadOf<Definition> = Definition extends JobDefinition<infer Payload> ? Payload : never;

/** A handler is idempotent, obeys the signal, and knows nothing of BullMQ. */
export type JobHandler<Payload, Result = void> = (payload: Payload, signal: AbortSignal) => Promise<Result>;

export function defineJob<Payload>(definition: JobDefinition<Payload>): JobDefinition<Payload> {
  return Object.freeze(definition);
}

/**
 * The payload as its definition declares it. Parsed again on arrival, since an older release may have written it.
 * @throws HairlineError INVALID_JOB naming the queue and the field
 */
export function parsePayload<Payload>(definition: JobDefinition<Payload>, raw: unknown): Payload {
  const parsed = definition.payload.safeParse(raw);
  if (parsed.success) return parsed.data;
  throw new HairlineError("INVALID_JOB", `${definition.queue}: ${z.prettifyError(parsed.error)}`, {
    field: parsed.error.issues[0]?.path.join(".") ?? "payload",
    remedy: "Requeue the job from this release; the payload was written by another one.",
  });
}
