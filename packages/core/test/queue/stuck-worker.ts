// Child process of the contract suite: takes one job, reports it and never finishes, so that it can be killed.
import { openQueues, type QueueConnection } from "@hairline/core/queue";
import { numberedJob } from "./numbered-job.ts";

const [connection = "", queue = ""] = process.argv.slice(2);
const queues = await openQueues(JSON.parse(connection) as QueueConnection);
queues.work(
  numberedJob({ queue }),
  async () => {
    process.send?.("started");
    await new Promise<never>(() => {});
  },
  { lockMs: 2_000, stalledCheckMs: 200 },
);
