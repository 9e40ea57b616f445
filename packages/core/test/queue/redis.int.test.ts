import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { HairlineError } from "@hairline/core/errors";
import { openQueues } from "@hairline/core/queue";
import { startRedis } from "@hairline/core/testing";
import { Redis } from "ioredis";
import { expect, it } from "vitest";
import { describeQueueContract } from "./contract.ts";
import { deferred, untilAborted } from "./deferred.ts";
import { numberedJob, numbers } from "./numbered-job.ts";

describeQueueContract("Redis", async () => {
  const redis = await startRedis();
  return {
    connection: { kind: "redis", url: redis.url },
    [Symbol.asyncDispose]: async () => redis[Symbol.asyncDispose](),
  };
});

it("reports a server that takes no connection without its password", async () => {
  const failure = await openQueues({ kind: "redis", url: "redis://hairline:hunter2@127.0.0.1:1/3" }).catch(
    (error: unknown) => error,
  );
  expect(failure).toMatchObject({ code: "QUEUE_UNAVAILABLE", remedy: expect.stringContaining("REDIS_URL") });
  expect(String(failure)).toContain("Redis at 127.0.0.1:1/3");
  expect(JSON.stringify([String(failure), String((failure as Error).cause)])).not.toContain("hunter2");
});

it("reports a wrong password without repeating it", async () => {
  await using redis = await startRedis();
  const failure = await openQueues({
    kind: "redis",
    url: redis.url.replace("redis://", "redis://hairline:hunter2@"),
  }).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: "QUEUE_UNAVAILABLE" });
  const told = [failure, (failure as Error).cause].map((error) => JSON.stringify(error) + String(error));
  expect(told.join()).not.toContain("hunter2");
});

it("gives up on a server that takes the connection and never answers", async () => {
  const silent = createServer().listen(0, "127.0.0.1");
  await once(silent, "listening");
  const { port } = silent.address() as AddressInfo;
  await expect(openQueues({ kind: "redis", url: `redis://127.0.0.1:${port}` })).rejects.toMatchObject({
    code: "QUEUE_UNAVAILABLE",
  });
  silent.close();
});

it("warns of a server that may evict jobs, and of no other", async () => {
  await using redis = await startRedis();
  const warnings: string[] = [];
  const onWarning = (message: string) => warnings.push(message);
  await (await openQueues({ kind: "redis", url: redis.url }, { onWarning })).close();
  expect(warnings).toEqual([]);

  const client = new Redis(redis.url);
  await client.config("SET", "maxmemory-policy", "allkeys-lru");
  await client.quit();
  await (await openQueues({ kind: "redis", url: redis.url }, { onWarning })).close();
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain("maxmemory-policy is allkeys-lru");
});

it("works on after the server was killed and came back empty", async () => {
  await using redis = await startRedis();
  await using queues = await openQueues({ kind: "redis", url: redis.url });
  const job = numberedJob();
  const done = [deferred(), deferred()];
  const worker = queues.work(job, async ({ number }) => done[number]?.resolve());
  await queues.enqueue(job, [{ number: 0 }]);
  await done[0]?.promise;

  await redis.restart();
  await queues.enqueue(job, [{ number: 1 }]);
  await done[1]?.promise;
  await worker.close();
  expect(await queues.counts(job)).toEqual({ waiting: 0, active: 0, delayed: 0, failed: 0 });
});

it("reports a server lost while enqueueing, and closes without it", async () => {
  await using redis = await startRedis();
  await using queues = await openQueues({ kind: "redis", url: redis.url });
  const job = numberedJob();
  const worker = queues.work(job, async () => {});
  await worker.ready();
  await redis.kill();
  await expect(queues.enqueue(job, numbers(1))).rejects.toMatchObject({ code: "QUEUE_UNAVAILABLE" });
  await queues.close({ drainMs: 0 });
});

it("stores the code of a failure and never its message, which may name a patient", async () => {
  await using redis = await startRedis();
  await using queues = await openQueues({ kind: "redis", url: redis.url });
  const job = numberedJob({ attempts: 1 });
  const failed = deferred();
  queues.work(
    job,
    async () => {
      throw new HairlineError("IMAGE_TRUNCATED", "patient00042/study1/image1.png ends early");
    },
    { onFailure: () => failed.resolve() },
  );
  await queues.enqueue(job, [{ number: 1 }]);
  await failed.promise;
  const client = new Redis(redis.url);
  const stored = JSON.stringify(await client.hgetall(`hairline:${job.queue}:n-1`));
  await client.quit();
  expect(stored).toContain("IMAGE_TRUNCATED");
  expect(stored).not.toContain("patient00042");
});

it("aborts a job whose lock was lost, since another worker may have it", async () => {
  await using redis = await startRedis();
  await using queues = await openQueues({ kind: "redis", url: redis.url });
  const job = numberedJob({ attempts: 1 });
  const tries = [deferred<AbortSignal>(), deferred<AbortSignal>()];
  let started = 0;
  queues.work(
    job,
    async (_, signal) => {
      tries[started++]?.resolve(signal);
      if (started === 1) await untilAborted(signal);
    },
    { lockMs: 400, stalledCheckMs: 100 },
  );
  await queues.enqueue(job, [{ number: 1 }]);
  const first = await tries[0]?.promise;
  const client = new Redis(redis.url);
  await client.del(`hairline:${job.queue}:n-1:lock`);
  await client.quit();
  await tries[1]?.promise;
  expect(first?.reason).toMatchObject({ code: "INTERRUPTED" });
});
