import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { openQueues } from "@hairline/core/queue";
import { describe, expect, it } from "vitest";
import type { ContractContext } from "./contract.ts";
import { deferred, untilAborted } from "./deferred.ts";
import { numberedJob } from "./numbered-job.ts";

export function describeShutdown(context: ContractContext): void {
  describe("shutdown", () => {
    it("lets a running job finish before the worker closes", async () => {
      const job = numberedJob();
      const started = deferred();
      const release = deferred();
      let finished = false;
      const worker = context.queues.work(job, async () => {
        started.resolve();
        await release.promise;
        finished = true;
      });
      await context.queues.enqueue(job, [{ number: 1 }]);
      await started.promise;
      const closed = worker.close();
      release.resolve();
      await closed;
      expect(finished).toBe(true);
      expect(await context.queues.counts(job)).toEqual({ waiting: 0, active: 0, delayed: 0, failed: 0 });
    });

    it("aborts a job past the deadline and puts it back without spending a try", async () => {
      // One attempt only: a try that counted as failed would be the last.
      const job = numberedJob({ attempts: 1 });
      const started = deferred();
      const aborted = deferred<unknown>();
      const worker = context.queues.work(job, async (_, signal) => {
        signal.addEventListener("abort", () => aborted.resolve(signal.reason));
        started.resolve();
        await untilAborted(signal);
      });
      await context.queues.enqueue(job, [{ number: 1 }]);
      await started.promise;
      await worker.close({ drainMs: 0 });
      expect(await aborted.promise).toMatchObject({ code: "INTERRUPTED" });
      expect(await context.queues.counts(job)).toEqual({ waiting: 1, active: 0, delayed: 0, failed: 0 });

      const redelivered = deferred<number>();
      const next = context.queues.work(job, async ({ number }) => redelivered.resolve(number));
      expect(await redelivered.promise).toBe(1);
      await next.close();
    });

    it("joins a second close with the first", async () => {
      const worker = context.queues.work(numberedJob(), async () => {});
      await worker.ready();
      const first = worker.close();
      expect(worker.close()).toBe(first);
      await first;
    });

    it("closes its workers and itself, however often it is asked to", async () => {
      const job = numberedJob();
      const queues = await openQueues(context.connection);
      const worker = queues.work(job, async () => {});
      await worker.ready();
      await Promise.all([queues.close(), queues.close()]);
      await worker.close();
      await context.queues.enqueue(job, [{ number: 1 }]);
      expect((await context.queues.counts(job)).waiting).toBe(1);
    });

    it("opens from several processes at once", async () => {
      const opened = await Promise.all([1, 2, 3, 4].map(() => openQueues(context.connection)));
      const job = numberedJob();
      await Promise.all(opened.map((queues, number) => queues.enqueue(job, [{ number }])));
      expect((await context.queues.counts(job)).waiting).toBe(4);
      await Promise.all(opened.map((queues) => queues.close()));
    });

    it("gives the job of a killed worker to another one", async () => {
      const job = numberedJob({ attempts: 1 });
      await context.queues.enqueue(job, [{ number: 42 }]);
      const child = fork(
        fileURLToPath(new URL("./stuck-worker.ts", import.meta.url)),
        [JSON.stringify(context.connection), job.queue],
        { execArgv: ["--conditions=development", "--import", "tsx"] },
      );
      await once(child, "message");
      expect((await context.queues.counts(job)).active).toBe(1);
      child.kill("SIGKILL");
      await once(child, "exit");

      const redelivered = deferred<number>();
      const worker = context.queues.work(job, async ({ number }) => redelivered.resolve(number), {
        stalledCheckMs: 200,
      });
      expect(await redelivered.promise).toBe(42);
      await worker.close();
      expect(await context.queues.counts(job)).toEqual({ waiting: 0, active: 0, delayed: 0, failed: 0 });
    });
  });
}
