import { setTimeout as wait } from "node:timers/promises";
import type { Problem } from "@hairline/client";
import { ERROR_CODES, HairlineError, type ErrorCode } from "@hairline/core/errors";

/** What openapi-fetch gives. */
interface Answer<Data> {
  readonly data?: Data | undefined;
  readonly error?: unknown;
  readonly response: Response;
}

export interface AskOptions {
  readonly signal: AbortSignal;
  /** Waited before the second try; doubles with each further one. Default 1 s. */
  readonly retryMs?: number | undefined;
}

const TRIES = 5;

/** Of a server that is busy or starting, or of an earlier try of the same request that is still under way. */
const PASSING: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/**
 * Asks the API until it answers: again when it cannot be reached or is busy. The request must be one that may be
 * carried out twice.
 *
 * @throws HairlineError the problem's code; API_UNAVAILABLE; the signal's reason
 */
export async function askApi<Data>(
  ask: () => Promise<Answer<Data>>,
  { signal, retryMs = 1000 }: AskOptions,
): Promise<Data> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await ask().catch((cause: unknown) => unreachable(cause, signal));
    if (!(answer instanceof HairlineError) && answer.data !== undefined) return answer.data;
    const failure = answer instanceof HairlineError ? answer : failureOf(answer);
    const passing =
      answer instanceof HairlineError ||
      PASSING.has(answer.response.status) ||
      failure.code === "IDEMPOTENCY_IN_PROGRESS";
    if (!passing || attempt === TRIES) throw failure;
    const stated = answer instanceof HairlineError ? null : answer.response.headers.get("retry-after");
    const delayMs = Math.max(retryMs * 2 ** (attempt - 1), Math.min(Number(stated ?? 0) || 0, 60) * 1000);
    await wait(delayMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

function unreachable(cause: unknown, signal: AbortSignal): HairlineError {
  signal.throwIfAborted();
  return new HairlineError("API_UNAVAILABLE", "The API did not answer.", {
    field: "--url",
    remedy: "Check --url and that `hairline serve` or `hairline up` runs there.",
    cause,
  });
}

function failureOf({ error, response }: Answer<unknown>): HairlineError {
  const { code, detail, field, remedy } = (error ?? {}) as Partial<Omit<Problem, "code">> & {
    code?: unknown;
  };
  if (code !== undefined && !isErrorCode(code)) {
    return new HairlineError("INTERNAL", `The API answered ${JSON.stringify(code)}: ${detail ?? ""}`, {
      remedy: "Use the release that the API runs.",
    });
  }
  if (isErrorCode(code)) {
    return new HairlineError(code, detail ?? `The API answered ${response.status}.`, {
      ...(field === undefined ? {} : { field }),
      ...(remedy === undefined ? {} : { remedy }),
    });
  }
  return new HairlineError(
    "API_UNAVAILABLE",
    `No Hairline API answered, but something with ${response.status}.`,
    {
      field: "--url",
      remedy: "Check --url, and what stands before the API.",
    },
  );
}

export function isErrorCode(code: unknown): code is ErrorCode {
  return ERROR_CODES.some((known) => known === code);
}
