import { describe, expect, it } from "vitest";
import type { ContractContext } from "./contract.ts";
import { deferred } from "./deferred.ts";
import { numberedJob, numbers, type Numbered } from "./numbered-job.ts";

export function describeDelivery(context: ContractContext): void {
  describe("delivery", () => {
    it("runs each of 1,000 jobs once, with the payload it was given", async () => {
      const job = numberedJob();
      await context.queues.enqueue(job, numbers(1_000));
      expect(await context.queues.counts(job)).toEqual({ waiting: 1_000, active: 0, delayed: 0, failed: 0 });

      const seen: number[] = [];
      const finished = deferred();
      const worker = context.queues.work(
        job,
        async ({ number }) => {
          seen.push(number);
          if (seen.length === 1_000) finished.resolve();
        },
        { concurrency: 20 },
      );
      await finished.promise;
      await worker.close();

      expect(seen.sort((a, b) => a - b)).toEqual(numbers(1_000).map(({ number }) => number));
      expect(await context.queues.counts(job)).toEqual({ waiting: 0, active: 0, delayed: 0, failed: 0 });
    });

    it("keeps one job for each key, within a call and across calls", async () => {
      const job = numberedJob();
      await context.queues.enqueue(job, [...numbers(10), ...numbers(10)]);
      await context.queues.enqueue(job, numbers(12));
      expect((await context.queues.counts(job)).waiting).toBe(12);
    });

    it("leaves a running job alone when its key is enqueued again", async () => {
      const job = numberedJob();
      const started = deferred();
      const release = deferred();
      let runs = 0;
      const worker = context.queues.work(job, async () => {
        runs += 1;
        started.resolve();
        await release.promise;
      });
      await context.queues.enqueue(job, [{ number: 1 }]);
      await started.promise;
      await context.queues.enqueue(job, [{ number: 1 }]);
      expect(await context.queues.counts(job)).toEqual({ waiting: 0, active: 1, delayed: 0, failed: 0 });
      release.resolve();
      await worker.close();
      expect(runs).toBe(1);
    });

    it("runs a finished job again when its key is enqueued again", async () => {
      const job = numberedJob();
      const runs = [deferred(), deferred()];
      let run = 0;
      const worker = context.queues.work(job, async () => runs[run++]?.resolve());
      await context.queues.enqueue(job, [{ number: 1 }]);
      await runs[0]?.promise;
      await expect.poll(async () => (await context.queues.counts(job)).active, { timeout: 120_000 }).toBe(0);
      await context.queues.enqueue(job, [{ number: 1 }]);
      await runs[1]?.promise;
      await worker.close();
      expect(run).toBe(2);
    });

    it("takes urgent jobs first and off-peak ones last, each in the order they were queued", async () => {
      const job = numberedJob();
      await context.queues.enqueue(job, [{ number: 5 }, { number: 6 }], { priority: "off-peak" });
      await context.queues.enqueue(job, [{ number: 3 }, { number: 4 }]);
      await context.queues.enqueue(job, [{ number: 1 }, { number: 2 }], { priority: "urgent" });
      expect((await context.queues.counts(job)).waiting).toBe(6);

      const order: number[] = [];
      const finished = deferred();
      const worker = context.queues.work(job, async ({ number }: Numbered) => {
        order.push(number);
        if (order.length === 6) finished.resolve();
      });
      await finished.promise;
      await worker.close();
      expect(order).toEqual([1, 2, 3, 4, 5, 6]);
    });

    it("moves queued jobs to another priority, and passes over those that are gone", async () => {
      const job = numberedJob();
      await context.queues.enqueue(job, numbers(4));
      await context.queues.enqueue(job, [{ number: 8 }, { number: 9 }], { priority: "off-peak" });
      await context.queues.reprioritize(job, [{ number: 9 }, { number: 77 }], "urgent");
      await context.queues.reprioritize(job, [{ number: 0 }], "off-peak");
      await context.queues.reprioritize(job, [{ number: 8 }], "normal");
      expect((await context.queues.counts(job)).waiting).toBe(6);

      const order: number[] = [];
      const finished = deferred();
      const worker = context.queues.work(job, async ({ number }: Numbered) => {
        order.push(number);
        if (order.length === 6) finished.resolve();
      });
      await finished.promise;
      await worker.close();
      expect(order).toEqual([9, 1, 2, 3, 8, 0]);
    });

    it("enqueues nothing when there is nothing to enqueue", async () => {
      const job = numberedJob();
      await context.queues.enqueue(job, []);
      expect(await context.queues.counts(job)).toEqual({
        waiting: 0,
        active: 0,
        delayed: 0,
        failed: 0,
      });
    });

    it("runs as many jobs at a time as asked for", async () => {
      const job = numberedJob();
      const started = [deferred(), deferred(), deferred()];
      const release = deferred();
      const worker = context.queues.work(
        job,
        async ({ number }) => {
          started[number]?.resolve();
          await release.promise;
        },
        { concurrency: 3 },
      );
      await context.queues.enqueue(job, numbers(4));
      await Promise.all(started.map(({ promise }) => promise));
      expect(await context.queues.counts(job)).toEqual({ waiting: 1, active: 3, delayed: 0, failed: 0 });
      release.resolve();
      await worker.close();
    });
  });
}
