import { HairlineError } from "@hairline/core/errors";
import { describe, expect, it } from "vitest";
import { runHandler } from "../../src/queue/run-handler.ts";
import { untilAborted } from "./deferred.ts";
import { numberedJob } from "./numbered-job.ts";

const interrupted = new HairlineError("INTERRUPTED", "stop");

describe("runHandler", () => {
  it("gives the handler the parsed payload and returns its result", async () => {
    const result = await runHandler({
      definition: numberedJob(),
      handler: async ({ number }) => number + 1,
      raw: { number: 41 },
      signals: [],
    });
    expect(result).toBe(42);
  });

  it("does not call the handler when it is aborted before it starts", async () => {
    let calls = 0;
    const run = runHandler({
      definition: numberedJob(),
      handler: async () => {
        calls += 1;
      },
      raw: { number: 1 },
      signals: [new AbortController().signal, AbortSignal.abort(interrupted)],
    });
    await expect(run).rejects.toBe(interrupted);
    expect(calls).toBe(0);
  });

  it("rejects with the reason of the abort, whatever the handler makes of it", async () => {
    const controller = new AbortController();
    const run = runHandler({
      definition: numberedJob(),
      handler: async (_, signal) => {
        controller.abort(interrupted);
        signal.throwIfAborted();
        throw new Error("not reached");
      },
      raw: { number: 1 },
      signals: [controller.signal],
    });
    await expect(run).rejects.toBe(interrupted);
  });

  it("keeps the result of a handler that finished although it was aborted", async () => {
    const controller = new AbortController();
    const run = runHandler({
      definition: numberedJob(),
      handler: async () => {
        controller.abort(interrupted);
        return "done";
      },
      raw: { number: 1 },
      signals: [controller.signal],
    });
    expect(await run).toBe("done");
  });

  it("leaves a handler behind that ignores its signal", async () => {
    const run = runHandler({
      definition: numberedJob({ timeoutMs: 5 }),
      handler: () => new Promise<never>(() => {}),
      raw: { number: 1 },
      signals: [],
      abortGraceMs: 5,
    });
    await expect(run).rejects.toMatchObject({ code: "JOB_TIMEOUT" });
  });

  it("names the queue and its limit when a job times out", async () => {
    const definition = numberedJob({ queue: "score-shard", timeoutMs: 5 });
    const run = runHandler({
      definition,
      handler: (_, signal) => untilAborted(signal),
      raw: { number: 1 },
      signals: [],
    });
    await expect(run).rejects.toMatchObject({
      code: "JOB_TIMEOUT",
      message: "score-shard: longer than 5 ms.",
    });
  });

  it.each([[null], ["text"], [{ number: 1.5 }], [{ number: 1, more: true }]])(
    "refuses the payload %j as INVALID_JOB",
    async (raw) => {
      const run = runHandler({ definition: numberedJob(), handler: async () => {}, raw, signals: [] });
      await expect(run).rejects.toMatchObject({ code: "INVALID_JOB" });
    },
  );
});
