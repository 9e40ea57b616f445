import { HairlineError } from "@hairline/core/errors";
import { openQueues } from "@hairline/core/queue";
import { createTestDatabase } from "@hairline/core/testing";
import { expect, it } from "vitest";
import { describeQueueContract } from "./contract.ts";
import { deferred } from "./deferred.ts";
import { numberedJob } from "./numbered-job.ts";

describeQueueContract("PostgreSQL", async () => {
  const database = await createTestDatabase();
  return {
    connection: { kind: "postgres", url: database.url },
    [Symbol.asyncDispose]: () => database.close(),
  };
});

it("reports a server that takes no connection without its password", async () => {
  const failure = await openQueues({
    kind: "postgres",
    url: "postgres://hairline:hunter2@127.0.0.1:1/archive",
  }).catch((error: unknown) => error);
  expect(failure).toMatchObject({
    code: "QUEUE_UNAVAILABLE",
    remedy: expect.stringContaining("DATABASE_URL"),
  });
  expect(String(failure)).toContain("PostgreSQL at 127.0.0.1:1/archive");
  expect(JSON.stringify([String(failure), String((failure as Error).cause)])).not.toContain("hunter2");
});

it("stores the code of a failure and never its message, which may name a patient", async () => {
  await using database = await createTestDatabase();
  await using queues = await openQueues({ kind: "postgres", url: database.url });
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
  const { rows } = await database.pool.query<{ stored: string }>(
    "select to_jsonb(job)::text as stored from hairline_queue.job where queue = $1",
    [job.queue],
  );
  expect(rows).toHaveLength(1);
  expect(rows[0]?.stored).toContain("IMAGE_TRUNCATED");
  expect(rows[0]?.stored).not.toContain("patient00042");
});

it("works on after the server cut its connections", async () => {
  await using database = await createTestDatabase();
  await using queues = await openQueues({ kind: "postgres", url: database.url });
  const job = numberedJob();
  const done = [deferred(), deferred()];
  queues.work(job, async ({ number }) => done[number]?.resolve());
  await queues.enqueue(job, [{ number: 0 }]);
  await done[0]?.promise;

  const cut = await database.pool.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
  );
  expect(cut.rowCount).toBeGreaterThan(1);
  await queues.enqueue(job, [{ number: 1 }]);
  await done[1]?.promise;
});
