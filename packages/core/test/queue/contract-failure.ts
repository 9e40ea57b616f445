import { HairlineError } from "@hairline/core/errors";
import { defineJob } from "@hairline/core/jobs";
import type { FailedTry } from "@hairline/core/queue";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { ContractContext } from "./contract.ts";
import { deferred, untilAborted } from "./deferred.ts";
import { numberedJob, numbers } from "./numbered-job.ts";

/** Collects the tries of a worker's jobs until one is given up. */
function failureLog() {
  const tries: FailedTry[] = [];
  const givenUp = deferred();
  const onFailure = (failure: FailedTry) => {
    tries.push(failure);
    if (!failure.willRetry) givenUp.resolve();
  };
  return { tries, givenUp: givenUp.promise, onFailure };
}

export function describeFailure(context: ContractContext): void {
  describe("failure", () => {
    it("tries a job again after a delay, then keeps it as failed with its code", async () => {
      const job = numberedJob({ attempts: 3 });
      const log = failureLog();
      const cause = new Error("connection reset");
      const thrown = new HairlineError("DATABASE_UNAVAILABLE", "no database", { cause });
      const worker = context.queues.work(
        job,
        async () => {
          throw thrown;
        },
        { onFailure: log.onFailure },
      );
      await context.queues.enqueue(job, [{ number: 7 }]);
      await log.givenUp;
      await worker.close();

      expect(log.tries.map(({ attempt, willRetry }) => [attempt, willRetry])).toEqual([
        [1, true],
        [2, true],
        [3, false],
      ]);
      expect(log.tries[0]?.error).toBe(thrown);
      expect(log.tries[0]?.error.cause).toBe(cause);
      expect(await context.queues.failures(job)).toEqual([
        {
          jobId: "n-7",
          payload: { number: 7 },
          code: "DATABASE_UNAVAILABLE",
          attempts: 3,
          failedAt: expect.any(Date) as Date,
        },
      ]);
      expect(await context.queues.counts(job)).toEqual({ waiting: 0, active: 0, delayed: 0, failed: 1 });
    });

    it("succeeds on a later try", async () => {
      const job = numberedJob({ attempts: 3 });
      const succeeded = deferred<number>();
      let tries = 0;
      const worker = context.queues.work(job, async () => {
        tries += 1;
        if (tries < 3) throw new Error("not yet");
        succeeded.resolve(tries);
      });
      await context.queues.enqueue(job, [{ number: 1 }]);
      expect(await succeeded.promise).toBe(3);
      await worker.close();
      expect((await context.queues.counts(job)).failed).toBe(0);
    });

    it("gives up at once when another try cannot help", async () => {
      const job = numberedJob({ attempts: 3 });
      const log = failureLog();
      const worker = context.queues.work(
        job,
        async () => {
          throw new HairlineError("RUN_NOT_FOUND", "no such run");
        },
        { onFailure: log.onFailure },
      );
      await context.queues.enqueue(job, [{ number: 1 }]);
      await log.givenUp;
      await worker.close();
      expect(log.tries.map(({ attempt, error }) => [attempt, error.code])).toEqual([[1, "RUN_NOT_FOUND"]]);
      expect(await context.queues.failures(job)).toMatchObject([
        { jobId: "n-1", payload: { number: 1 }, code: "RUN_NOT_FOUND", attempts: 1 },
      ]);
    });

    it("treats an error without a code as INTERNAL and tries again", async () => {
      const job = numberedJob({ attempts: 2 });
      const log = failureLog();
      const worker = context.queues.work(
        job,
        async () => {
          throw new TypeError("undefined is not a function");
        },
        { onFailure: log.onFailure },
      );
      await context.queues.enqueue(job, [{ number: 1 }]);
      await log.givenUp;
      await worker.close();
      expect(log.tries.map(({ error }) => error.code)).toEqual(["INTERNAL", "INTERNAL"]);
    });

    it("queues a job afresh that was given up before, with all its tries", async () => {
      const job = numberedJob({ attempts: 1 });
      const log = failureLog();
      const succeeded = deferred();
      let healthy = false;
      const worker = context.queues.work(
        job,
        async () => {
          if (!healthy) throw new Error("ill");
          succeeded.resolve();
        },
        { onFailure: log.onFailure },
      );
      await context.queues.enqueue(job, [{ number: 1 }]);
      await log.givenUp;
      healthy = true;
      await context.queues.enqueue(job, [{ number: 1 }]);
      await succeeded.promise;
      await worker.close();
      expect(await context.queues.failures(job)).toEqual([]);
    });

    it.each([
      { title: "an unknown field", payload: { number: 1, patient: "p" } },
      { title: "a missing field", payload: {} },
      { title: "a field of another type", payload: { number: "1" } },
    ])("gives up a job with $title as INVALID_JOB, without calling the handler", async ({ payload }) => {
      const job = numberedJob({ attempts: 3 });
      const olderRelease = defineJob({ ...job, payload: z.looseObject({}), key: () => "n-old" });
      const log = failureLog();
      let calls = 0;
      const worker = context.queues.work(
        job,
        async () => {
          calls += 1;
        },
        { onFailure: log.onFailure },
      );
      await context.queues.enqueue(olderRelease, [payload]);
      await log.givenUp;
      await worker.close();
      expect(calls).toBe(0);
      expect(log.tries.map(({ attempt, error }) => [attempt, error.code])).toEqual([[1, "INVALID_JOB"]]);
      expect(await context.queues.failures(job)).toMatchObject([
        { jobId: "n-old", payload: undefined, code: "INVALID_JOB" },
      ]);
    });

    it("refuses to enqueue an invalid payload, and adds none of its batch", async () => {
      const job = numberedJob();
      await expect(context.queues.enqueue(job, [...numbers(3), { number: -1 }])).rejects.toMatchObject({
        code: "INVALID_JOB",
        field: "number",
      });
      expect((await context.queues.counts(job)).waiting).toBe(0);
    });

    it("aborts the signal of a job that runs too long, and tries it again", async () => {
      const job = numberedJob({ attempts: 2, timeoutMs: 30 });
      const log = failureLog();
      const worker = context.queues.work(job, (_, signal) => untilAborted(signal), {
        onFailure: log.onFailure,
      });
      await context.queues.enqueue(job, [{ number: 1 }]);
      await log.givenUp;
      await worker.close();
      expect(log.tries.map(({ attempt, error }) => [attempt, error.code])).toEqual([
        [1, "JOB_TIMEOUT"],
        [2, "JOB_TIMEOUT"],
      ]);
    });
  });
}
