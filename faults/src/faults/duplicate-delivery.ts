import type { Fault } from "../fault.ts";

export const duplicateDelivery: Fault = {
  name: "duplicate-delivery",
  title: "every shard delivered twice",
  group: "processes",
  queue: "redis",
  async play(stage) {
    await stage.openRun();
    await stage.noteBefore();
    // Two queues that know nothing of each other, each with a job for every shard.
    await Promise.all([
      stage.start("scheduler"),
      stage.start("scheduler", { queueOnPostgres: true }),
      stage.start("worker-gpu"),
      stage.start("worker-gpu", { queueOnPostgres: true }),
    ]);
    return "one queue on Redis and one on PostgreSQL, each with all shards, a worker on each";
  },
};
