import { HairlineError } from "@hairline/core/errors";
import { expect, it } from "vitest";
import { askApi } from "../../src/upload/ask-api.ts";

const options = { signal: new AbortController().signal, retryMs: 1 };

function problem(status: number, code: string) {
  return { error: { code, detail: "no" }, response: new Response(null, { status }) };
}

/** Gives one answer after the other, or throws it. */
function answering(...answers: unknown[]) {
  const asked = { times: 0 };
  const ask = async (): Promise<{ data?: unknown; error?: unknown; response: Response }> => {
    const answer = answers[Math.min(asked.times, answers.length - 1)];
    asked.times += 1;
    if (answer instanceof Error) throw answer;
    return answer as { response: Response };
  };
  return { asked, ask };
}

const data = { data: { stored: 1 }, response: new Response(null, { status: 201 }) };

it.each([
  ["is not reached", new TypeError("fetch failed")],
  ["is busy", problem(429, "RATE_LIMITED")],
  ["has no store", problem(503, "STORE_UNAVAILABLE")],
  ["is behind a proxy that has lost it", { error: "<html>", response: new Response(null, { status: 502 }) }],
  ["is still at the first try", problem(409, "IDEMPOTENCY_IN_PROGRESS")],
])("asks again an API that %s", async (_title, answer) => {
  const { asked, ask } = answering(answer, answer, data);
  expect(await askApi(ask, options)).toEqual({ stored: 1 });
  expect(asked.times).toBe(3);
});

it.each([
  [new TypeError("fetch failed"), "API_UNAVAILABLE", 5],
  [problem(507, "STORE_FULL"), "STORE_FULL", 1],
  [problem(403, "FORBIDDEN"), "FORBIDDEN", 1],
  [problem(429, "RATE_LIMITED"), "RATE_LIMITED", 5],
  [{ error: "<html>", response: new Response(null, { status: 200 }) }, "API_UNAVAILABLE", 1],
  [problem(400, "A_CODE_OF_LATER"), "INTERNAL", 1],
])("gives up on %o as %s after %s tries", async (answer, code, times) => {
  const { asked, ask } = answering(answer);
  await expect(askApi(ask, options)).rejects.toMatchObject({ code });
  expect(asked.times).toBe(times);
});

it("stops waiting when it is interrupted", async () => {
  const interruption = new AbortController();
  const reason = new HairlineError("INTERRUPTED", "Stopped.");
  const ask = async () => {
    interruption.abort(reason);
    return problem(503, "STORE_UNAVAILABLE");
  };
  await expect(askApi(ask, { signal: interruption.signal, retryMs: 60_000 })).rejects.toBe(reason);
});
